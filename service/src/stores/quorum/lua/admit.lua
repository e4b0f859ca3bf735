-- A node that was given all that it lost is a member.
-- ARGV 1: the run; then, in pairs: the name of a peer, and its sequence
if redis.call('HGET', 'hfq:member', 'run') ~= ARGV[1] then return 'overtaken' end
for nth = 2, #ARGV, 2 do redis.call('HSET', 'hfq:peers', ARGV[nth], ARGV[nth + 1]) end
redis.call('HDEL', 'hfq:member', 'run')
redis.call('HSET', 'hfq:member', 'standing', 'member', 'sequence', '1')
return 'admitted'
