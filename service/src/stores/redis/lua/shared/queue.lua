-- The queue of a session. `waiters` (hash) has each ticket by lease id hash, `queue` (sorted set) their order, foreground
-- first, each class by arrival; `waits` (sorted set) the moment when time will do something to each.

local M = {}

-- Far above the places that are ever given, far below what a score holds exactly.
local BACKGROUND = 2 ^ 50

local function pack(waiter)
  return cmsgpack.pack({
    waiter.holder,
    waiter.background,
    waiter.ttl,
    waiter.maxHold,
    waiter.metadata,
    waiter.enqueuedAt,
    waiter.requestedAt,
    waiter.connection,
    waiter.waitEndsAt,
    waiter.ticketEndsAt,
  })
end

local function unpack(hash, packed)
  local w = cmsgpack.unpack(packed)
  return {
    hash = hash,
    holder = w[1],
    background = w[2],
    ttl = w[3],
    maxHold = w[4],
    metadata = w[5],
    enqueuedAt = w[6],
    requestedAt = w[7],
    connection = w[8],
    waitEndsAt = w[9],
    ticketEndsAt = w[10],
  }
end

-- Events about the queue are for the lease's holder, and carry its name.
function M.tellHolder(d, type)
  local lease = d.s.lease
  if lease then draft.event(d, type, lease.holder, lease.token) end
end

function M.find(d, hash)
  if d.s.waiters == 0 then return nil end
  local packed = redis.call('HGET', draft.key(d, 'waiters'), hash)
  return packed and unpack(hash, packed) or nil
end

-- In the order in which they will be served.
function M.all(d)
  if d.s.waiters == 0 then return {} end
  local hashes = redis.call('ZRANGE', draft.key(d, 'queue'), 0, -1)
  local waiters = {}
  for place, hash in ipairs(hashes) do waiters[place] = M.find(d, hash) end
  return waiters
end

function M.position(d, hash)
  return redis.call('ZRANK', draft.key(d, 'queue'), hash) + 1
end

function M.countOfClass(d, background)
  if d.s.waiters == 0 then return 0 end
  local from, to = '-inf', '(' .. partition.digits(BACKGROUND)
  if background then from, to = partition.digits(BACKGROUND), '+inf' end
  return redis.call('ZCOUNT', draft.key(d, 'queue'), from, to)
end

-- Replaces a ticket in its place. Its next moment is the end of its wait, or of the ticket once nobody is there.
function M.put(d, waiter)
  redis.call('HSET', draft.key(d, 'waiters'), waiter.hash, pack(waiter))
  local at = waiter.connection and waiter.waitEndsAt or waiter.ticketEndsAt
  redis.call('ZADD', draft.key(d, 'waits'), partition.digits(at), waiter.hash)
  d.changed = true
end

-- Puts a new ticket behind those of its class.
function M.enqueue(d, waiter)
  local s = d.s
  local place = (waiter.background and BACKGROUND or 0) + s.tickets
  redis.call('ZADD', draft.key(d, 'queue'), partition.digits(place), waiter.hash)
  s.tickets = s.tickets + 1
  s.waiters = s.waiters + 1
  usage.moveTicket(d, waiter.hash, waiter.enqueuedAt)
  M.put(d, waiter)
  M.tellHolder(d, 'waiting')
end

local function remove(d, hash)
  redis.call('HDEL', draft.key(d, 'waiters'), hash)
  redis.call('ZREM', draft.key(d, 'queue'), hash)
  redis.call('ZREM', draft.key(d, 'waits'), hash)
  d.s.waiters = d.s.waiters - 1
  usage.moveTicket(d, hash, false)
  -- Places begin anew with an empty queue.
  if d.s.waiters == 0 then d.s.tickets = 0 end
  d.changed = true
end

function M.leave(d, waiter)
  remove(d, waiter.hash)
  M.tellHolder(d, 'left')
end

-- Takes the first ticket out of the queue; nil when there is none.
function M.takeFirst(d)
  if d.s.waiters == 0 then return nil end
  local hash = redis.call('ZRANGE', draft.key(d, 'queue'), 0, 0)[1]
  local waiter = M.find(d, hash)
  remove(d, hash)
  return waiter
end

-- The ticket that time will do something to first, and when; nil without any. Of several at one moment it is the first of
-- the queue.
function M.firstDue(d)
  if d.s.waiters == 0 then return nil end
  local first = redis.call('ZRANGE', draft.key(d, 'waits'), 0, 0, 'WITHSCORES')
  local at = tonumber(first[2])
  local hash = first[1]
  local together = redis.call('ZRANGEBYSCORE', draft.key(d, 'waits'), first[2], first[2])
  if #together > 1 then
    local best
    for _, other in ipairs(together) do
      local place = tonumber(redis.call('ZSCORE', draft.key(d, 'queue'), other))
      if not best or place < best then best, hash = place, other end
    end
  end
  return at, hash
end

return M
