-- Asking a holder to give way: session/yield.ts.

local M = {}

-- Notes a request on the lease. The grace counts from now, but what the holder was already promised is never shortened. Of
-- several requests the one that ends the lease earliest stands; a plea without a grace never replaces an older request. No
-- grace reaches past max hold. `graceMs` is false for a plea.
function M.record(d, by, reason, graceMs)
  local lease = d.s.lease
  local standing = lease.yield
  local endsAt = graceMs and math.min(math.max(d.p.now.ms + graceMs, lease.expiresAt), lease.holdEndsAt)
  if standing and (endsAt or math.huge) >= (standing.endsAt or math.huge) then return standing end
  lease.yield = { by = by, reason = reason, endsAt = endsAt }
  draft.setLease(d, lease)
  queue.tellHolder(d, 'yield-asked')
  return lease.yield
end

return M
