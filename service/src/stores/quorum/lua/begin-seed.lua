-- A node that lost its data, or went back, is no member from here on, until this run admits it. A run that began before can write no more.
-- ARGV 1: cluster; 2: a new name for the node; 3: epoch; 4: the run
redis.call('DEL', 'hfq:member')
redis.call('HSET', 'hfq:member', 'cluster', ARGV[1], 'node', ARGV[2], 'epoch', ARGV[3], 'sequence', '0', 'floor', '0', 'standing', 'reseeding', 'run', ARGV[4])
return 1
