-- Sweep: a slow, bounded walk through one partition, shared by all instances: ends leases that nobody touches, forgets what
-- nobody needs. Where the walk stands is kept in the partition, so that more instances do not sweep faster.
-- KEYS  the partition's meta key
-- ARGV  store, time, instance; how long after a round the next may come in ms, leases to look at, sessions to change at most
-- Gives { { how many were changed }, false, now, wakes }.

local p = partition.open()
local now = p.now.ms
local pauseMs, visitsMax, changesMax = args.number(1), args.number(2), args.number(3)
local sweptAt, cursor = unpack(redis.call('HMGET', p.meta, 'sweptAt', 'sweepCursor'))
-- A clock that was set back must not stop the sweep.
local sinceMs = now - tonumber(sweptAt or '0')
if sinceMs >= 0 and sinceMs < pauseMs then return { { 0 }, false, now, {} } end

local drafts, opened = {}, {}
local function bringUp(name)
  if opened[name] then return end
  opened[name] = true
  local d = draft.open(p, name)
  settle.run(d)
  table.insert(drafts, d)
end

-- Leases that have ended unseen.
local from = (cursor and cursor ~= '') and '(' .. cursor or '-'
local names = redis.call('ZRANGEBYLEX', p.prefix .. 'live', from, '+', 'LIMIT', 0, visitsMax)
local stoodAt = #names == visitsMax and names[#names] or ''
for place, name in ipairs(names) do
  local lease = record.decode(redis.call('HGET', p.prefix .. 'sessions', name)).lease
  if lease.expiresAt <= now then bringUp(name) end
  if #drafts == changesMax then
    if place < #names then stoodAt = name end
    break
  end
end

-- Settled replies that were remembered long enough.
local function firstOver(index, atLatest)
  local room = changesMax - #drafts
  return room > 0 and redis.call('ZRANGEBYSCORE', p.prefix .. index, '-inf', partition.digits(atLatest), 'LIMIT', 0, room) or {}
end
for _, name in ipairs(firstOver('settled', now - limits.SETTLED_REPLY_MS)) do bringUp(name) end
local answer = tell.answerAll(p, drafts, false)

-- Idle sessions of which nothing is worth keeping.
local over = firstOver('idle', now)
for _, name in ipairs(over) do draft.forget(p, name) end

redis.call('HSET', p.meta, 'sweptAt', partition.digits(now), 'sweepCursor', stoodAt)
answer[1] = { #drafts + #over }
return answer
