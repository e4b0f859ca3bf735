-- What stands before register.lua where the node is no member yet. ARGV 1: the run; 2 to 5: not used here.
if redis.call('HGET', 'hfq:member', 'run') ~= ARGV[1] then return 'overtaken' end
local function int(number) return string.format('%.0f', number) end
local told = redis.call('TIME')
local now = tonumber(told[1]) * 1000 + math.floor(tonumber(told[2]) / 1000)
local sequence, floor = 0, tonumber(redis.call('HGET', 'hfq:member', 'floor'))
