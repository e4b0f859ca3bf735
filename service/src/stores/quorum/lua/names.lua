-- Names of sessions that have a register here, in no order; one may come twice. Needs head.lua before it.
-- ARGV 6: cursor, 0 at first; 7: about how many
local scanned = redis.call('SCAN', ARGV[6], 'MATCH', 'hfq:s:*', 'COUNT', ARGV[7])
local names = {}
for _, key in ipairs(scanned[2]) do names[#names + 1] = string.sub(key, 7) end
return {'listed', now, sequence, scanned[1], names}
