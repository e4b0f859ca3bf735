-- How a lease begins for a waiter and ends for everybody: session/ending.ts.

local M = {}

-- Why a lease ends that has reached its expiry: the first rule that kept renewals from moving it on.
function M.endedByTime(lease)
  if lease.expiresAt >= lease.holdEndsAt then return 'max-hold' end
  if lease.yield and lease.yield.endsAt and lease.expiresAt >= lease.yield.endsAt then return 'preempted' end
  return 'expired'
end

local function offer(d, waiter)
  local now = d.p.now.ms
  local holdEndsAt = now + waiter.maxHold
  local expiresAt = math.min(now + math.min(waiter.ttl, limits.OFFER_MS), holdEndsAt)
  -- A waiter that is away keeps what is left of its grace, so that vanished waiters never add up to more than their tickets.
  if not waiter.connection then expiresAt = math.min(expiresAt, waiter.ticketEndsAt) end
  local lease = {
    hash = waiter.hash,
    holder = waiter.holder,
    token = partition.mint(d.p),
    background = waiter.background,
    confirmed = false,
    ttl = waiter.ttl,
    ttlLongest = waiter.ttl,
    grantedAt = now,
    renewedAt = now,
    expiresAt = expiresAt,
    holdEndsAt = holdEndsAt,
    soleConnection = false,
    metadata = waiter.metadata,
    yield = false,
  }
  draft.setLease(d, lease)
  draft.event(d, 'granted', lease.holder, lease.token, nil, nil, nil, math.max(0, now - waiter.enqueuedAt))
  if waiter.connection then
    draft.wake(d, waiter.connection, views.granted(d, lease, false, math.max(0, now - waiter.requestedAt)))
  end
end

-- The waiters of an instance that ended are away since that was noticed, all of them together.
local function leaveIfGone(d, waiter)
  local since = waiter.connection and instances.goneSince(d.p, waiter.connection)
  if not since then return end
  waiter.connection = false
  waiter.ticketEndsAt = math.min(waiter.ticketEndsAt, since + limits.TICKET_GRACE_MS)
end

-- Offers the free session to the first waiter whose ticket is still good; the void ones before it leave. A ticket is void
-- only while its waiter is away: one that still stands there is served, never left without an answer.
local function offerToNext(d)
  local waiter = queue.takeFirst(d)
  while waiter do
    leaveIfGone(d, waiter)
    if waiter.connection or d.p.now.ms < waiter.ticketEndsAt then return offer(d, waiter) end
    waiter = queue.takeFirst(d)
  end
end

-- Ends the live lease, at a time that may lie in the past, and offers the session to the next waiter.
function M.endLease(d, because, endedAt)
  local s, lease = d.s, d.s.lease
  -- An offer that nobody took up must not swallow what the holder before it left for its successor.
  local lapsed = not lease.confirmed and because == 'expired'
  local metadata = lease.metadata or (lapsed and s.previous and s.previous.metadata) or false
  draft.setLease(d, false)
  s.previous = { holder = lease.holder, token = lease.token, because = because, endedAt = endedAt, metadata = metadata }
  ended.remember(d, lease.hash, lease.token, because, endedAt)
  draft.event(d, 'ended', lease.holder, lease.token, because, nil, nil, math.max(0, endedAt - lease.grantedAt))
  if s.replies and s.replies.sending ~= 0 then attempts.abandon(d, lease, endedAt) end
  offerToNext(d)
end

return M
