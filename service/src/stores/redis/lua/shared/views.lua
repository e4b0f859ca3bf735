-- Answers, as computed from the state: spans instead of points in time, never a lease id. Flat arrays, the kind first, an
-- absent member false; `read-outcome.ts` is their other side.

local M = {}

local function since(d, ms)
  return math.max(0, d.p.now.ms - ms)
end

local function undelivered(d)
  return d.s.replies and d.s.replies.undelivered or 0
end

-- Counted from the last renewal, so that a grant told again late does not send its holder past the expiry.
local function renewAfter(d, lease)
  if not lease.confirmed then return 0 end
  return math.max(0, lease.renewedAt + math.floor(lease.ttl / limits.RENEW_AFTER_PART) - d.p.now.ms)
end

local function previous(d)
  local before = d.s.previous
  return before and { before.holder, before.token, before.because, since(d, before.endedAt), before.metadata }
end

function M.yield(d, request)
  return { request.by, request.reason, request.endsAt and math.max(0, request.endsAt - d.p.now.ms) }
end

function M.granted(d, lease, repeated, waitedMs)
  local remaining = lease.expiresAt - d.p.now.ms
  local confirmWithin = not lease.confirmed and remaining
  return { 'granted', repeated, lease.holder, lease.token, lease.ttl, remaining, renewAfter(d, lease), confirmWithin, waitedMs, undelivered(d), previous(d) }
end

-- What a caller is told who does not hold the session; `waiter` is its ticket, if it has one.
function M.held(d, lease, waiter)
  local position = waiter and queue.position(d, waiter.hash) or false
  local waited = waiter and since(d, waiter.requestedAt) or 0
  return { 'lease-held', lease.holder, since(d, lease.grantedAt), math.max(0, lease.expiresAt - d.p.now.ms), lease.token, d.s.waiters, position, waited }
end

-- after: how long ago the renewal before was; confirms: whether it was an offer until now.
function M.renewed(d, lease, after, confirms)
  local asked = lease.yield and M.yield(d, lease.yield)
  return { 'renewed', lease.token, lease.ttl, lease.expiresAt - d.p.now.ms, renewAfter(d, lease), d.s.waiters, undelivered(d), asked, after, confirms }
end

-- The successor is who holds the session now or, of those after the ended one, held it last.
function M.lost(d, ended)
  local lease, before = d.s.lease, d.s.previous
  local successor = lease and lease.holder or (before and before.token > ended.token and before.holder)
  return { 'lease-lost', ended.token, lease and lease.token, ended.because, successor }
end

function M.session(d)
  local lease, waiters = d.s.lease, {}
  for place, waiter in ipairs(queue.all(d)) do
    waiters[place] = { waiter.holder, since(d, waiter.enqueuedAt), waiter.background }
  end
  local held = lease and {
    lease.holder,
    lease.token,
    lease.ttl,
    lease.expiresAt - d.p.now.ms,
    since(d, lease.grantedAt),
    since(d, lease.renewedAt),
    lease.metadata,
    lease.yield and M.yield(d, lease.yield),
  }
  return { 'session', held, waiters, undelivered(d), previous(d) }
end

return M
