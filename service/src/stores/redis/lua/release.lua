-- Release: ends the caller's lease, or its wait, or the id itself before it was ever seen (session/release.ts).
-- KEYS  the partition's meta key
-- ARGV  store, time, instance; name, lease id hash
-- Gives { outcome, due, now, wakes }; the outcome is released or lease-lost. It wakes the next waiter, whose offer is made in
-- the same step.

local p = partition.open()
local d = draft.open(p, args.text(1))
settle.run(d)

local function release(hash)
  if d.s.lease and d.s.lease.hash == hash then
    ending.endLease(d, 'released', p.now.ms)
    return { 'released' }
  end
  local over = ended.find(d, hash)
  if over then
    if over.because == 'released' or not over.token then return { 'released' } end
    return views.lost(d, over)
  end
  local waiter = queue.find(d, hash)
  ended.remember(d, hash, false, 'released', p.now.ms)
  if waiter then
    queue.leave(d, waiter)
    if waiter.connection then draft.wake(d, waiter.connection, { 'lease-ended' }) end
  end
  return { 'released' }
end

return tell.answer(d, release(args.text(2)))
