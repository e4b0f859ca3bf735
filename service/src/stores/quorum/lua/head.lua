-- What every script begins with: the node's time, and whether the node is the member that the caller means.
-- ARGV 1 to 5: cluster, epoch, the smallest sequence that this node must have, the sequences of its peers ("node=sequence,…"), and in tests alone
-- the time in milliseconds since 1970, which is else the server's. Scripts read their own arguments from the sixth on.
-- Answers are arrays; the first element tells what became of it. Numbers of the size of a fencing token are told as integers, and kept as text.

-- Lua would round them where it makes a text of a number by itself.
local function int(number) return string.format('%.0f', number) end

local function time()
  if ARGV[5] ~= '' then
    redis.call('SET', 'hfq:time', ARGV[5])
    return tonumber(ARGV[5])
  end
  local told = redis.call('TIME')
  return tonumber(told[1]) * 1000 + math.floor(tonumber(told[2]) / 1000)
end

local now = time()
local member = redis.call('HMGET', 'hfq:member', 'cluster', 'node', 'epoch', 'sequence', 'floor', 'standing')
local sequence = tonumber(member[4] or '0')
local floor = tonumber(member[5] or '0')

if member[1] ~= ARGV[1] or member[3] ~= ARGV[2] or member[6] ~= 'member' or sequence < tonumber(ARGV[3]) then
  return {'not-a-member', now, member[1] or '', member[2] or '', member[3] or '', sequence, member[6] or ''}
end

-- Counts a write of this node, and keeps what it was told of its peers.
local function count()
  sequence = sequence + 1
  redis.call('HSET', 'hfq:member', 'sequence', int(sequence))
  for node, told in string.gmatch(ARGV[4], '([^=,]+)=(%d+)') do
    if tonumber(told) > tonumber(redis.call('HGET', 'hfq:peers', node) or '-1') then redis.call('HSET', 'hfq:peers', node, told) end
  end
end
