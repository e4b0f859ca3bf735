-- Acquire: grant, repeat, wait, or say who holds it (session/acquire.ts).
-- KEYS  the partition's meta key
-- ARGV  store, time, instance; name, lease id hash, connection, holder, ttl ms, wait ms, max waiters or absent, background,
--       max hold ms, whether a yield is asked for, its reason or absent, its grace ms or absent, metadata (JSON) or absent,
--       the quotas of leases and of waiters, each absent unless it is used up
-- Gives { outcome, due, now, wakes }; the outcome is granted, lease-held, waiting, lease-ended, lease-id-reused,
-- waiters-full, { 'quota-exceeded', quota, limit }, or { 'no-grants', ms } while this partition grants nothing.

local p = partition.open()
local d = draft.open(p, args.text(1))
settle.run(d)
local s, now = d.s, p.now.ms

local asked = {
  hash = args.text(2),
  connection = args.text(3),
  holder = args.text(4),
  ttl = args.number(5),
  waitMs = args.number(6),
  maxWaiters = args.optionalNumber(7),
  background = args.flag(8),
  maxHold = args.number(9),
  yields = args.flag(10),
  reason = args.optionalText(11),
  graceMs = args.optionalNumber(12),
  metadata = args.optionalText(13),
  leasesQuota = args.optionalNumber(14),
  waitersQuota = args.optionalNumber(15),
}

local function grant()
  if asked.leasesQuota then return { 'quota-exceeded', 'leases', asked.leasesQuota } end
  if now < p.noGrantsBefore then return { 'no-grants', p.noGrantsBefore - now } end
  local holdEndsAt = now + asked.maxHold
  local lease = {
    hash = asked.hash,
    holder = asked.holder,
    token = partition.mint(p),
    background = asked.background,
    confirmed = true,
    ttl = asked.ttl,
    ttlLongest = asked.ttl,
    grantedAt = now,
    renewedAt = now,
    expiresAt = math.min(now + asked.ttl, holdEndsAt),
    holdEndsAt = holdEndsAt,
    soleConnection = asked.connection,
    metadata = asked.metadata,
    yield = false,
  }
  draft.setLease(d, lease)
  draft.event(d, 'granted', lease.holder, lease.token, nil, nil, nil, 0)
  return views.granted(d, lease, false, 0)
end

-- The same lease id again: the same grant, neither extended nor confirmed.
local function repeated()
  if s.lease.holder ~= asked.holder then return { 'lease-id-reused' } end
  if s.lease.soleConnection then
    s.lease.soleConnection = false
    draft.setLease(d, s.lease)
  end
  return views.granted(d, s.lease, true, 0)
end

local function wantsTicket()
  return asked.waitMs > 0 and (not asked.maxWaiters or queue.countOfClass(d, asked.background) < asked.maxWaiters)
end

-- A caller that finds the session held may ask its holder to yield; a foreground waiter always asks a background holder.
local function askHolder()
  if asked.yields then yielding.record(d, asked.holder, asked.reason, asked.graceMs)
  elseif s.lease.background and not asked.background and wantsTicket() then
    yielding.record(d, asked.holder, 'a foreground waiter has arrived', false)
  end
end

local function waitOrLeave()
  if not wantsTicket() then return views.held(d, s.lease, nil) end
  local waitEndsAt = now + asked.waitMs
  queue.enqueue(d, {
    hash = asked.hash,
    holder = asked.holder,
    background = asked.background,
    ttl = asked.ttl,
    maxHold = asked.maxHold,
    metadata = asked.metadata,
    enqueuedAt = now,
    requestedAt = now,
    connection = asked.connection,
    waitEndsAt = waitEndsAt,
    ticketEndsAt = waitEndsAt + limits.TICKET_GRACE_MS,
  })
  return { 'waiting' }
end

-- A waiter asks again: it keeps its place and its first request's terms; the newest connection is the one that is answered.
local function comeBack(waiter)
  if waiter.connection then draft.wake(d, waiter.connection, views.held(d, s.lease, waiter)) end
  local waits = asked.waitMs > 0
  waiter.requestedAt = now
  waiter.connection = waits and asked.connection
  waiter.waitEndsAt = now + asked.waitMs
  waiter.ticketEndsAt = waiter.waitEndsAt + limits.TICKET_GRACE_MS
  queue.put(d, waiter)
  return waits and { 'waiting' } or views.held(d, s.lease, waiter)
end

local function acquire()
  if s.lease and s.lease.hash == asked.hash then return repeated() end
  if ended.find(d, asked.hash) then return { 'lease-ended' } end
  local waiter = queue.find(d, asked.hash)
  if waiter and waiter.holder ~= asked.holder then return { 'lease-id-reused' } end
  -- A free session has no waiters: whoever waited was offered it when it became free.
  if not s.lease then return grant() end
  if not waiter and wantsTicket() then
    if s.waiters >= limits.WAITERS_MAX then return { 'waiters-full', s.waiters } end
    if asked.waitersQuota then return { 'quota-exceeded', 'waiters', asked.waitersQuota } end
  end
  askHolder()
  if waiter then return comeBack(waiter) end
  return waitOrLeave()
end

return tell.answer(d, acquire())
