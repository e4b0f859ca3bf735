-- Replay: gives a reply another chance (session/replies/intervene.ts).
-- KEYS  the partition's meta key
-- ARGV  store, time, instance; name, reply id, lease id hash or absent, reason
-- Gives { outcome, due, now, wakes }; the outcome is { 'reply', view }, reply-unknown, { 'reply-settled', state },
-- reply-sending, { 'replies-full', replies, bytes }, lease-lost or lease-unknown.

local p = partition.open()
local d = draft.open(p, args.text(1))
settle.run(d)

-- Due now, with its whole life before it. One that is parked already stays as it is, so that a repeat changes nothing.
local function replay(id, hash, reason)
  local reply, refusal = intervening.findOpen(d, id, hash)
  if not reply then return refusal end
  if reply.state == 'parked' then return replyviews.told(d, reply) end
  if reply.payloadDropped then return { 'reply-settled', reply.state } end
  local full = reply.state == 'superseded' and replies.roomFault(d, reply.payloadBytes)
  if full then return full end
  local now = p.now.ms
  reply.state = 'parked'
  reply.reason = reason
  reply.dueAt = now
  reply.setbacks = 0
  reply.wasUnknown = false
  reply.expiresAt = now + reply.life
  reply.settledAt = false
  replies.change(d, reply)
  return replyviews.told(d, reply)
end

return tell.answer(d, replay(args.text(2), args.optionalText(3), args.text(4)))
