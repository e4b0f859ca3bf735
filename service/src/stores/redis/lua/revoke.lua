-- Revoke: an operator ends the lease at once (session/yield.ts).
-- KEYS  the partition's meta key
-- ARGV  store, time, instance; name
-- Gives { outcome, due, now, wakes }; the outcome is revoked or lease-not-held.

local p = partition.open()
local d = draft.open(p, args.text(1))
settle.run(d)

local function revoke()
  local lease = d.s.lease
  if not lease then return { 'lease-not-held' } end
  ending.endLease(d, 'revoked', p.now.ms)
  return { 'revoked', lease.holder, lease.token }
end

return tell.answer(d, revoke())
