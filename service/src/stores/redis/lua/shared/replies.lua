-- The replies of a session: found, put, told, and what time does to them (session/replies). `replies` (hash) has each record by
-- number, `payloads` (hash) its JSON text, `replyids` (hash) its number by id; `order` (sorted set) has all that are known in
-- the order of delivery, `undelivered` those that still have to reach somebody, `expiring` those that may grow too old.

local M = {}

function M.find(d, id)
  if not d.s.replies then return nil end
  local number = redis.call('HGET', draft.key(d, 'replyids'), id)
  return number and replyrecord.read(d, tonumber(number)) or nil
end

-- Writes a reply that was changed, and moves it to where its state belongs.
function M.put(d, reply)
  replyrecord.write(d, reply)
  replyindexes.move(d, reply, replyindexes.standing(reply))
end

-- Puts a reply whose state has changed, and tells it.
function M.change(d, reply)
  M.put(d, reply)
  if reply.stands.settled then settledreplies.keepLimits(d) end
  draft.event(d, 'reply-state', reply.holder, reply.token, nil, reply.id, reply.state)
end

-- A reply that was not known before.
function M.add(d, reply, payload)
  local number = partition.digits(reply.number)
  redis.call('HSET', draft.key(d, 'replyids'), reply.id, number)
  redis.call('HSET', draft.key(d, 'payloads'), number, payload)
  redis.call('ZADD', draft.key(d, 'order'), 0, replyrecord.order(reply.token, reply.sequence, reply.number))
  reply.stands = replyindexes.NOWHERE
  M.put(d, reply)
end

function M.payload(d, reply)
  return redis.call('HGET', draft.key(d, 'payloads'), partition.digits(reply.number))
end

function M.dropPayload(d, reply)
  reply.payloadDropped = true
  redis.call('HDEL', draft.key(d, 'payloads'), partition.digits(reply.number))
end

function M.forget(d, reply)
  replyrecord.remove(d, reply)
  replyindexes.move(d, reply, replyindexes.NOWHERE)
  if not reply.payloadDropped then M.dropPayload(d, reply) end
  redis.call('HDEL', draft.key(d, 'replyids'), reply.id)
  redis.call('ZREM', draft.key(d, 'order'), replyrecord.order(reply.token, reply.sequence, reply.number))
end

-- Notes that the transcript has the reply. What was said once is never taken back.
function M.riseCommitted(d, reply, committed)
  if not committed or reply.committed then return end
  reply.committed = true
  M.put(d, reply)
end

-- Why a session cannot take another reply of this size; nil when it can.
function M.roomFault(d, payloadBytes)
  local counted = d.s.replies
  if not counted then return nil end
  if counted.open < limits.REPLIES_MAX and counted.openBytes + payloadBytes <= limits.REPLIES_BYTES_MAX then return nil end
  return { 'replies-full', counted.open, counted.openBytes }
end

-- The reply that has to be attempted before all others of its session, or nil. One that is being sent stays it, so that no two
-- are sent at once: what was parked late goes next.
function M.head(d)
  local counted = d.s.replies
  if not counted or counted.undelivered == 0 then return nil end
  if counted.sending ~= 0 then return replyrecord.read(d, counted.sending) end
  local first = redis.call('ZRANGE', draft.key(d, 'undelivered'), 0, 0)[1]
  return replyrecord.read(d, replyrecord.numberIn(first))
end

function M.headDueAt(d)
  local head = M.head(d)
  return head and head.dueAt or false
end

-- When the first undelivered reply will be too old; nil when none will. Every command asks before and after its work, and
-- Redis is asked again only when the index has changed in between.
function M.firstExpiry(d)
  if d.firstExpiry == nil then
    local first = redis.call('ZRANGE', draft.key(d, 'expiring'), 0, 0, 'WITHSCORES')
    d.firstExpiry = first[2] and tonumber(first[2]) or false
  end
  return d.firstExpiry or nil
end

-- Declares dead, visibly, what was not delivered in its time. A dead reply keeps its place in the order.
function M.expire(d, at)
  local expired = {}
  for _, number in ipairs(redis.call('ZRANGEBYSCORE', draft.key(d, 'expiring'), '-inf', partition.digits(at))) do
    table.insert(expired, replyrecord.read(d, tonumber(number)))
  end
  table.sort(expired, replyrecord.comesBefore)
  for _, reply in ipairs(expired) do
    local doubt = reply.state == 'unknown' and ', and whether its last attempt arrived is unknown' or ''
    reply.state = 'dead'
    reply.reason = 'expired: not delivered within ' .. partition.digits(reply.life) .. ' ms' .. doubt
    reply.settledAt = at
    M.change(d, reply)
  end
end

function M.forgetSettled(d)
  settledreplies.forgetOld(d)
end

-- Moves the session in the index of those that want the courier; `at` is false for one that does not.
function M.moveCourier(d, at)
  local namespace, key = replyindexes.namespaceAndKey(d.name)
  local index = d.p.prefix .. 'courier:' .. namespace
  if at then redis.call('ZADD', index, partition.digits(at), key) else redis.call('ZREM', index, key) end
end

local KINDS = { 'replies', 'payloads', 'replyids', 'order', 'undelivered', 'expiring', 'settledreplies' }

-- Forgets every reply of a session that is being forgotten itself, with all its indexes.
function M.forgetAll(d)
  if not d.s.replies then return end
  for _, number in ipairs(redis.call('HKEYS', draft.key(d, 'replies'))) do M.forget(d, replyrecord.read(d, tonumber(number))) end
  for _, kind in ipairs(KINDS) do redis.call('DEL', draft.key(d, kind)) end
  if d.s.courier then M.moveCourier(d, false) end
  d.s.courier = false
  d.s.replies = false
end

return M
