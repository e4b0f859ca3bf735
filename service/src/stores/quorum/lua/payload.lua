-- One payload.
-- ARGV 6: name of the session; 7: name of the payload
return {'listed', now, sequence, redis.call('HGET', 'hfq:p:' .. ARGV[6], ARGV[7])}
