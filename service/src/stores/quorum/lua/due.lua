-- Sessions that have to be looked at by now: those filed so, and those whose lease is over on this node. What it missed while it was away is looked at in vain.
-- ARGV 6: until which time; 7: how many of each
local found = redis.call('ZRANGEBYSCORE', 'hfq:due', '-inf', ARGV[6], 'LIMIT', 0, tonumber(ARGV[7]))
for _, name in ipairs(redis.call('ZRANGEBYSCORE', 'hfq:ends', '-inf', int(now), 'LIMIT', 0, tonumber(ARGV[7]))) do found[#found + 1] = name end
return {'listed', now, sequence, found}
