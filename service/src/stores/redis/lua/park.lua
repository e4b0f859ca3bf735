-- Park: keeps a finished reply, whoever holds the session by now (session/replies/park.ts).
-- KEYS  the partition's meta key
-- ARGV  store, time, instance; name, reply id, fencing token, holder, sequence or absent, committed, content type, reason or
--       absent, expires in ms, payload hash, payload bytes, payload (JSON), the quotas of replies and of bytes, each
--       absent unless it is used up
-- Gives { outcome, due, now, wakes }; the outcome is { 'parked', repeated, view }, reply-id-reused, fencing-token-unknown or
-- { 'replies-full', replies, bytes } or { 'quota-exceeded', quota, limit }.

local p = partition.open()
local d = draft.open(p, args.text(1))
settle.run(d)

local asked = {
  id = args.text(2),
  token = args.number(3),
  holder = args.text(4),
  sequence = args.optionalNumber(5),
  committed = args.flag(6),
  contentType = args.text(7),
  reason = args.optionalText(8),
  life = args.number(9),
  payloadHash = args.text(10),
  payloadBytes = args.number(11),
  repliesQuota = args.optionalNumber(13),
  bytesQuota = args.optionalNumber(14),
}

-- The same reply again is the same parking: it keeps its first token and all its terms; only `committed` may rise.
local function parkAgain(known)
  if known.payloadHash ~= asked.payloadHash then return { 'reply-id-reused' } end
  replies.riseCommitted(d, known, asked.committed)
  return { 'parked', true, replyviews.view(d, known) }
end

local NO_REPLIES = { parked = 0, open = 0, openBytes = 0, undelivered = 0, sending = 0, settledFirst = 0, settledNext = 0, keptBytes = 0 }

local function park()
  local known = replies.find(d, asked.id)
  if known then return parkAgain(known) end
  -- Nobody can have generated anything under a token that was never granted, and it would stand behind all to come.
  if asked.token > p.floor then return { 'fencing-token-unknown' } end
  local full = replies.roomFault(d, asked.payloadBytes)
  if full then return full end
  if asked.repliesQuota then return { 'quota-exceeded', 'replies', asked.repliesQuota } end
  if asked.bytesQuota then return { 'quota-exceeded', 'bytes', asked.bytesQuota } end
  local s, now = d.s, p.now.ms
  if not s.replies then s.replies = NO_REPLIES end
  s.replies.parked = s.replies.parked + 1
  local reply = {
    number = s.replies.parked,
    id = asked.id,
    token = asked.token,
    sequence = asked.sequence,
    holder = asked.holder,
    state = 'parked',
    committed = asked.committed,
    wasUnknown = false,
    maybeDelivered = false,
    payloadDropped = false,
    attempts = 0,
    taker = false,
    takerOutcome = false,
    payloadHash = asked.payloadHash,
    payloadBytes = asked.payloadBytes,
    contentType = asked.contentType,
    reason = asked.reason,
    lastError = false,
    parkedAt = now,
    dueAt = now,
    setbacks = 0,
    life = asked.life,
    expiresAt = now + asked.life,
    settledAt = false,
  }
  replies.add(d, reply, args.text(12))
  draft.event(d, 'parked', reply.holder, reply.token, nil, reply.id, reply.state)
  return { 'parked', false, replyviews.view(d, reply) }
end

return tell.answer(d, park())
