-- All that this node has of a session. Needs head.lua and register.lua before it.
-- ARGV 6: name
local voteLeft = stored and redis.call('PTTL', voteKey) or 0
return {
  'listed', now, sequence, register.promised, register.promisedBy, register.number, register.step, register.acceptedBy, register.state, register.token, register.value,
  register.untilMs, stored or '', math.max(0, voteLeft), floor, register.filed, redis.call('HGETALL', payloadsKey),
}
