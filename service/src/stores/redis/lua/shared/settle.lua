-- Brings a session up to the present: whatever is due happens, earliest first, before any command is looked at.

local M = {}

-- Of several things at one moment the lease ends first: a waiter is rather served than sent away. { at, what, hash }.
local function firstDue(d)
  local s = d.s
  local at, what, hash
  if s.lease then at, what = s.lease.expiresAt, 'lease' end
  local waitAt, waiter = queue.firstDue(d)
  if waitAt and (not at or waitAt < at) then at, what, hash = waitAt, 'waiter', waiter end
  if s.replies and s.replies.undelivered > 0 then
    local expiryAt = replies.firstExpiry(d)
    if expiryAt and (not at or expiryAt < at) then at, what = expiryAt, 'reply' end
  end
  return at, what, hash
end

-- Answers a waiter whose time is up; its ticket lives on by its grace. The ticket of one that is away already is void.
local function endWaitOrTicket(d, waiter)
  if not waiter.connection then return queue.leave(d, waiter) end
  if d.s.lease then draft.wake(d, waiter.connection, views.held(d, d.s.lease, waiter)) end
  waiter.connection = false
  queue.put(d, waiter)
end

function M.run(d)
  local now = d.p.now.ms
  local at, what, hash = firstDue(d)
  while at and at <= now do
    if what == 'lease' then ending.endLease(d, ending.endedByTime(d.s.lease), at)
    elseif what == 'waiter' then endWaitOrTicket(d, queue.find(d, hash))
    else replies.expire(d, at) end
    at, what, hash = firstDue(d)
  end
  ended.forgetOld(d)
  if d.s.replies then replies.forgetSettled(d) end
end

-- When this session has to be looked at again; false for one that nobody waits for and that has nothing to deliver.
function M.nextDueAt(d)
  local s = d.s
  if s.waiters == 0 and not (s.replies and s.replies.undelivered > 0) then return false end
  return firstDue(d) or false
end

-- When the courier may come for it; false while somebody holds it or waits for it, or nothing is left to deliver.
function M.courierDueAt(d)
  local s = d.s
  if s.lease or s.waiters > 0 or not (s.replies and s.replies.undelivered > 0) then return false end
  return replies.headDueAt(d)
end

return M
