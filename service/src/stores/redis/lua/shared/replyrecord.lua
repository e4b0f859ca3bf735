-- The packed record of one reply, by its number in the session's hash `replies`, and its place in the order of delivery.

local M = {}

-- Token, sequence and number, each in seven bytes, the highest first: in byte order they stand as compareReplies has them.
local ORDER = '>I7I7I7'
-- Above every sequence: a reply without one comes after those of its token that have one.
local NO_SEQUENCE = 2 ^ 53

function M.order(token, sequence, number)
  return struct.pack(ORDER, token, sequence or NO_SEQUENCE, number)
end

function M.numberIn(order)
  local _, _, number = struct.unpack(ORDER, order)
  return number
end

-- The same order, of two records. Lua would compare strings by the server's locale.
function M.comesBefore(a, b)
  if a.token ~= b.token then return a.token < b.token end
  local first, second = a.sequence or NO_SEQUENCE, b.sequence or NO_SEQUENCE
  if first ~= second then return first < second end
  return a.number < b.number
end

local function pack(r)
  return cmsgpack.pack({
    r.id,
    r.token,
    r.sequence,
    r.holder,
    r.state,
    (r.committed and 1 or 0) + (r.wasUnknown and 2 or 0) + (r.maybeDelivered and 4 or 0) + (r.payloadDropped and 8 or 0),
    r.attempts,
    r.taker,
    r.takerOutcome,
    r.payloadHash,
    r.payloadBytes,
    r.contentType,
    r.reason,
    r.lastError,
    r.parkedAt,
    r.dueAt,
    r.setbacks,
    r.life,
    r.expiresAt,
    r.settledAt,
  })
end

-- Members are those of session/types.ts, an absent one false; `taker` is the lease id hash of whoever made the newest attempt.
local function unpack(number, packed)
  local r = cmsgpack.unpack(packed)
  local flags = r[6]
  return {
    number = number,
    id = r[1],
    token = r[2],
    sequence = r[3],
    holder = r[4],
    state = r[5],
    committed = flags % 2 >= 1,
    wasUnknown = flags % 4 >= 2,
    maybeDelivered = flags % 8 >= 4,
    payloadDropped = flags >= 8,
    attempts = r[7],
    taker = r[8],
    takerOutcome = r[9],
    payloadHash = r[10],
    payloadBytes = r[11],
    contentType = r[12],
    reason = r[13],
    lastError = r[14],
    parkedAt = r[15],
    dueAt = r[16],
    setbacks = r[17],
    life = r[18],
    expiresAt = r[19],
    settledAt = r[20],
  }
end

-- Nil when there is none of that number. Each is read once a draft: whoever changes it has changed it for all.
function M.read(d, number)
  if not d.replies then d.replies = {} end
  local known = d.replies[number]
  if known then return known end
  local packed = redis.call('HGET', draft.key(d, 'replies'), partition.digits(number))
  if not packed then return nil end
  local reply = unpack(number, packed)
  reply.stands = replyindexes.standing(reply)
  d.replies[number] = reply
  return reply
end

function M.write(d, reply)
  if not d.replies then d.replies = {} end
  d.replies[reply.number] = reply
  redis.call('HSET', draft.key(d, 'replies'), partition.digits(reply.number), pack(reply))
  d.changed = true
end

function M.remove(d, reply)
  d.replies[reply.number] = nil
  redis.call('HDEL', draft.key(d, 'replies'), partition.digits(reply.number))
  d.changed = true
end

return M
