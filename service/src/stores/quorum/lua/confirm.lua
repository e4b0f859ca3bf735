-- All nodes have the cluster: from now on this one votes.
-- ARGV 1: cluster
if redis.call('HGET', 'hfq:member', 'cluster') == ARGV[1] and redis.call('HGET', 'hfq:member', 'standing') == 'joining' then
  redis.call('HSET', 'hfq:member', 'standing', 'member')
end
return 1
