-- Gives an empty node its cluster, unless it has one already; it votes once `confirm` says that all have.
-- ARGV 1: cluster; 2: node
if redis.call('EXISTS', 'hfq:member') == 0 then
  redis.call('HSET', 'hfq:member', 'cluster', ARGV[1], 'node', ARGV[2], 'epoch', '1', 'sequence', '1', 'floor', '0', 'standing', 'joining')
end
return redis.call('HGET', 'hfq:member', 'cluster')
