-- Discard: settles a reply without delivering it (session/replies/intervene.ts).
-- KEYS  the partition's meta key
-- ARGV  store, time, instance; name, reply id, lease id hash or absent, reason
-- Gives { outcome, due, now, wakes }; the outcome is { 'reply', view }, reply-unknown, { 'reply-settled', state },
-- reply-sending, lease-lost or lease-unknown.

local p = partition.open()
local d = draft.open(p, args.text(1))
settle.run(d)

local function discard(id, hash, reason)
  local reply, refusal = intervening.findOpen(d, id, hash)
  if not reply then return refusal end
  if reply.state == 'superseded' then return replyviews.told(d, reply) end
  reply.state = 'superseded'
  reply.reason = reason
  reply.settledAt = p.now.ms
  replies.change(d, reply)
  return replyviews.told(d, reply)
end

return tell.answer(d, discard(args.text(2), args.optionalText(3), args.text(4)))
