-- Attempt: the live holder begins an attempt to deliver a reply, or says what came of it (session/replies/attempt.ts).
-- KEYS  the partition's meta key
-- ARGV  store, time, instance; name, reply id, lease id hash, attempt, outcome, committed, error or absent, retry after ms or
--       absent, permanent
-- Gives { outcome, due, now, wakes }; the outcome is { 'reply', view }, reply-unknown, { 'reply-settled', state },
-- { 'reply-not-next', reply id }, { 'attempt-superseded', attempts }, attempt-not-taken, lease-lost or lease-unknown.

local p = partition.open()
local d = draft.open(p, args.text(1))
settle.run(d)

local now = p.now.ms
local asked = {
  id = args.text(2),
  hash = args.text(3),
  attempt = args.number(4),
  outcome = args.text(5),
  committed = args.flag(6),
  error = args.optionalText(7),
  retryAfterMs = args.optionalNumber(8) or 0,
  permanent = args.flag(9),
}

-- The same word on the same attempt, from the same taker: its answer got lost.
local function isRepeat(reply)
  if asked.attempt ~= reply.attempts or reply.taker ~= asked.hash then return false end
  if asked.outcome == 'sending' then return reply.state == 'sending' end
  return reply.takerOutcome == asked.outcome
end

-- Begins an attempt. A live holder need not wait for the back-off: it is for those who come unasked.
local function take(reply)
  local refusal = lost.refusal(d, asked.hash)
  if refusal then return refusal end
  local head = replies.head(d)
  if head ~= reply then return { 'reply-not-next', head.id } end
  if asked.attempt ~= reply.attempts + 1 then return { 'attempt-superseded', reply.attempts } end
  -- The taker's own attempt that it never settled is given up by the next one; nobody else's can stand here.
  if reply.state == 'sending' then attempts.unknown(reply, now) end
  reply.state = 'sending'
  reply.attempts = asked.attempt
  reply.committed = reply.committed or asked.committed
  reply.taker = asked.hash
  reply.takerOutcome = false
  reply.dueAt = now
  replies.change(d, reply)
  return replyviews.told(d, reply)
end

-- Settles an attempt. That something was delivered stays true after the taker's lease has ended, and sparing the receiver a
-- repeat is worth believing it; anything else is for the live holder to say.
local function conclude(reply)
  if asked.attempt ~= reply.attempts then return { 'attempt-superseded', reply.attempts } end
  if reply.taker ~= asked.hash then return { 'attempt-not-taken' } end
  if asked.outcome ~= 'delivered' then
    local refusal = lost.refusal(d, asked.hash)
    if refusal then return refusal end
    if reply.state == 'parked' then return { 'attempt-not-taken' } end
  end
  reply.committed = reply.committed or asked.committed
  reply.takerOutcome = asked.outcome
  reply.lastError = asked.error or reply.lastError
  if asked.outcome == 'delivered' then attempts.delivered(d, reply, now)
  elseif asked.outcome == 'unknown' then attempts.unknown(reply, now)
  elseif asked.permanent then attempts.refused(reply, now, asked.error)
  else attempts.failed(reply, now, asked.retryAfterMs) end
  replies.change(d, reply)
  return replyviews.told(d, reply)
end

local function attempt()
  local reply = replies.find(d, asked.id)
  if not reply then return { 'reply-unknown' } end
  if isRepeat(reply) then
    replies.riseCommitted(d, reply, asked.committed)
    return replyviews.told(d, reply)
  end
  if not reply.stands.undelivered then return { 'reply-settled', reply.state } end
  if asked.outcome == 'sending' then return take(reply) end
  return conclude(reply)
end

return tell.answer(d, attempt())
