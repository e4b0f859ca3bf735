-- Where a reply stands because of its state: the session's indexes and counters, and the partition's listings. Whoever changes
-- a reply moves it from where it stood to where it stands now, so that all of them are exact after each step.

local M = {}

-- Where a reply stands that is not known: not yet, or not any more.
M.NOWHERE = { state = false, listedAt = false, undelivered = false, expiresAt = false, open = false, settled = false, keeps = false }

function M.standing(reply)
  local state = reply.state
  local waits = state == 'parked' or state == 'unknown'
  local settled = state == 'delivered' or state == 'superseded'
  return {
    state = state,
    listedAt = reply.settledAt or reply.dueAt,
    undelivered = waits or state == 'sending',
    -- One that is being sent is not declared dead under its taker's hands.
    expiresAt = waits and reply.expiresAt,
    -- A dead reply is over, and still counts: somebody has to look at it.
    open = not settled,
    settled = settled,
    -- A settled one that can still be replayed.
    keeps = settled and not reply.payloadDropped,
  }
end

-- Of a session's name: what stands before its first NUL, and what stands behind it.
function M.namespaceAndKey(name)
  return string.match(name, '^([^%z]*)%z(.*)$')
end

-- The index of all replies of one state and namespace.
function M.listing(p, state, namespace)
  return p.prefix .. 'listed:' .. state .. ':' .. namespace
end

local NUMBER_DIGITS = 16

-- The name of a reply in it. Of one time they stand in the order of these: by key, then by number.
function M.listed(key, number)
  return key .. '\0' .. string.format('%016.0f', number)
end

function M.keyAndNumber(listed)
  return string.sub(listed, 1, -NUMBER_DIGITS - 2), tonumber(string.sub(listed, -NUMBER_DIGITS))
end

local function moveListed(d, reply, from, to)
  local namespace, key = M.namespaceAndKey(d.name)
  local member = M.listed(key, reply.number)
  if from.state and from.state ~= to.state then redis.call('ZREM', M.listing(d.p, from.state, namespace), member) end
  if to.state then redis.call('ZADD', M.listing(d.p, to.state, namespace), partition.digits(to.listedAt), member) end
end

local function moveUndelivered(d, reply, to)
  local order = replyrecord.order(reply.token, reply.sequence, reply.number)
  if to.undelivered then redis.call('ZADD', draft.key(d, 'undelivered'), 0, order)
  else redis.call('ZREM', draft.key(d, 'undelivered'), order) end
  usage.moveReply(d, reply.number, to.undelivered and reply.parkedAt)
end

local function moveExpiring(d, reply, to)
  local number = partition.digits(reply.number)
  if to.expiresAt then redis.call('ZADD', draft.key(d, 'expiring'), partition.digits(to.expiresAt), number)
  else redis.call('ZREM', draft.key(d, 'expiring'), number) end
  d.firstExpiry = nil
end

-- What a counter gains or loses by a reply that begins or ceases to count.
local function change(from, to, amount)
  if from == to then return 0 end
  return to and amount or -amount
end

function M.move(d, reply, to)
  local from, counted = reply.stands, d.s.replies
  if from.state ~= to.state or from.listedAt ~= to.listedAt then moveListed(d, reply, from, to) end
  usage.moveState(d, from.state, to.state)
  if from.undelivered ~= to.undelivered then moveUndelivered(d, reply, to) end
  if from.expiresAt ~= to.expiresAt then moveExpiring(d, reply, to) end
  counted.undelivered = counted.undelivered + change(from.undelivered, to.undelivered, 1)
  counted.open = counted.open + change(from.open, to.open, 1)
  local openBytes = change(from.open, to.open, reply.payloadBytes)
  counted.openBytes = counted.openBytes + openBytes
  usage.add(d, 'bytes', openBytes)
  counted.keptBytes = counted.keptBytes + change(from.keeps, to.keeps, reply.payloadBytes)
  if to.state == 'sending' then counted.sending = reply.number
  elseif from.state == 'sending' then counted.sending = 0 end
  reply.stands = to
  if from.settled ~= to.settled then
    if to.settled then settledreplies.add(d, reply) else settledreplies.remove(d, reply) end
  end
  d.changed = true
end

return M
