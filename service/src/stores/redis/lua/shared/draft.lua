-- One session while a script works on it: its record, what it will tell others, and, once it is saved, every index of the
-- partition in step with it.

local M = {}

function M.open(p, name)
  local raw = redis.call('HGET', p.prefix .. 'sessions', name)
  local s = raw and record.decode(raw) or record.empty()
  return { p = p, name = name, s = s, wasLive = s.lease and true or false, waited = s.waiters, changed = false, events = {} }
end

-- The key of a session's own structure of that kind.
function M.key(d, kind)
  return d.p.prefix .. kind .. ':' .. d.name
end

function M.setLease(d, lease)
  d.s.lease = lease
  d.changed = true
end

function M.wake(d, connection, outcome)
  table.insert(d.p.wakes, { connection, outcome })
end

-- holder and token are of the lease, or of whoever parked the reply; the rest is absent where it does not belong. `spanMs` is how
-- long a grant was waited for, or an ended lease was held.
function M.event(d, type, holder, token, endedBecause, replyId, state, spanMs)
  table.insert(d.events, { type, holder, token, endedBecause or false, replyId or false, state or false, spanMs or false })
end

local function moveScore(d, index, before, after)
  if before == after then return end
  if after then redis.call('ZADD', d.p.prefix .. index, partition.digits(after), d.name)
  else redis.call('ZREM', d.p.prefix .. index, d.name) end
end

-- An idle session may be forgotten once nothing of it is worth keeping. The score is never too early: nothing that it
-- remembers is younger than now.
local function forgettableAt(d)
  local s, now = d.s, d.p.now.ms
  local at = now
  if s.endedNext > s.endedFirst then at = math.max(at, now + limits.ENDED_ID_MS) end
  if s.previous then at = math.max(at, s.previous.endedAt + limits.IDLE_SESSION_MS) end
  if s.replies and s.replies.settledNext > s.replies.settledFirst then at = math.max(at, now + limits.SETTLED_REPLY_MS) end
  return at
end

local function moveIdle(d)
  local s = d.s
  local idle = not s.lease and not (s.replies and s.replies.open > 0)
  if idle then redis.call('ZADD', d.p.prefix .. 'idle', partition.digits(forgettableAt(d)), d.name)
  elseif s.idle then redis.call('ZREM', d.p.prefix .. 'idle', d.name) end
  d.becameIdle = idle and not s.idle
  s.idle = idle
end

-- One in, one out: a partition remembers its share of all idle sessions, however fast they come. To be called when every draft
-- is saved: what is forgotten may be one of them, and would be half there again if it were saved afterwards.
function M.makeRoom(d)
  local p = d.p
  local index = p.prefix .. 'idle'
  if not d.becameIdle or redis.call('ZCARD', index) <= limits.IDLE_SESSIONS_MAX / limits.PARTITIONS then return end
  M.forget(p, redis.call('ZRANGE', index, 0, 0)[1])
end

local function moveLive(d)
  local live = d.s.lease and true or false
  if live == d.wasLive then return end
  usage.add(d, 'leases', live and 1 or -1)
  if live then redis.call('ZADD', d.p.prefix .. 'live', 0, d.name)
  else redis.call('ZREM', d.p.prefix .. 'live', d.name) end
end

-- Writes what has changed, and publishes the events that tell it. To be called once, when the command is done.
function M.save(d)
  if d.changed then
    local s = d.s
    local due, courier = settle.nextDueAt(d), settle.courierDueAt(d)
    moveScore(d, 'due', s.due, due)
    if s.courier ~= courier then replies.moveCourier(d, courier) end
    moveLive(d)
    usage.add(d, 'waiters', s.waiters - d.waited)
    moveIdle(d)
    s.due, s.courier = due, courier
    redis.call('HSET', d.p.prefix .. 'sessions', d.name, record.encode(s))
  end
  if #d.events > 0 then tell.publishEvents(d) end
end

-- Forgets a session that is idle, with all that it remembers. The floor outlives it.
function M.forget(p, name)
  local d = M.open(p, name)
  if d.s.replies then replies.forgetAll(d) end
  redis.call('DEL', M.key(d, 'ended'), M.key(d, 'waiters'), M.key(d, 'queue'), M.key(d, 'waits'))
  for _, index in ipairs({ 'live', 'due', 'idle' }) do redis.call('ZREM', p.prefix .. index, name) end
  redis.call('HDEL', p.prefix .. 'sessions', name)
end

return M
