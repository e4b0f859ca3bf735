-- Disconnect: what a closed connection means (session/release.ts). A waiter that is cut off keeps its place for a grace; a
-- grant that nobody could be told becomes an offer.
-- KEYS  the partition's meta key
-- ARGV  store, time, instance; name, lease id hash, connection
-- Gives { outcome, due, now, wakes }; the outcome is noted.

local p = partition.open()
local d = draft.open(p, args.text(1))
settle.run(d)

local hash, connection, now = args.text(2), args.text(3), p.now.ms
local waiter, lease = queue.find(d, hash), d.s.lease
if waiter and waiter.connection == connection then
  waiter.connection = false
  waiter.ticketEndsAt = math.min(waiter.ticketEndsAt, now + limits.TICKET_GRACE_MS)
  queue.put(d, waiter)
elseif lease and lease.hash == hash and lease.soleConnection == connection then
  lease.confirmed = false
  lease.soleConnection = false
  lease.expiresAt = math.min(lease.expiresAt, now + limits.OFFER_MS)
  draft.setLease(d, lease)
end

return tell.answer(d, { 'noted' })
