-- Brings a member to an epoch: from then on it refuses whatever was meant for an older one.
-- ARGV 1: cluster; 2: epoch; 3: the smallest sequence that it must have
local told = redis.call('HMGET', 'hfq:member', 'cluster', 'epoch', 'sequence', 'standing')
if told[1] ~= ARGV[1] or told[4] ~= 'member' or tonumber(told[3]) < tonumber(ARGV[3]) then return 'not-a-member' end
if tonumber(told[2]) > tonumber(ARGV[2]) then return 'overtaken' end
redis.call('HSET', 'hfq:member', 'epoch', ARGV[2])
return 'sealed'
