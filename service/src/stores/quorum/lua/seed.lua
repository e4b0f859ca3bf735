-- Gives a node that is being reseeded one session. Needs seed-head.lua, register.lua and filing.lua before it.
-- ARGV 6: name; 7: promised; 8: promised to; 9: number; 10: step; 11: accepted by; 12: token; 13: value; 14: what is left of the lease, 0 if nothing;
-- 15: the vote's value, or empty; 16: what is left of it; 17: floor; 18: 1 if there is a state; 19: state; 20: filing; from 21 on: payloads
local leftMs, voteLeftMs = tonumber(ARGV[14]), tonumber(ARGV[16])
floor = math.max(floor, tonumber(ARGV[17]))
redis.call('HSET', 'hfq:member', 'floor', int(floor))
local untilMs = leftMs > 0 and now + leftMs or 0
redis.call('DEL', payloadsKey)
redis.call('HSET', registerKey, 'promised', ARGV[7], 'promisedBy', ARGV[8], 'number', ARGV[9], 'step', ARGV[10], 'acceptedBy', ARGV[11], 'token', ARGV[12],
  'value', ARGV[13], 'until', int(untilMs), 'renewed', leftMs > 0 and int(now) or '0')
if untilMs > 0 then redis.call('ZADD', 'hfq:ends', int(untilMs), name) end
if ARGV[18] == '1' then redis.call('HSET', registerKey, 'state', ARGV[19]) end
if ARGV[15] ~= '' and voteLeftMs > 0 then redis.call('SET', voteKey, ARGV[15], 'PX', int(voteLeftMs)) end
if ARGV[20] ~= '' then file(ARGV[20]) end
keepPayloads(21)
return 'seeded'
