-- Yield: asks the holder to give way (session/yield.ts).
-- KEYS  the partition's meta key
-- ARGV  store, time, instance; name, by, reason or absent, grace ms or absent
-- Gives { outcome, due, now, wakes }; the outcome is asked or lease-not-held.

local p = partition.open()
local d = draft.open(p, args.text(1))
settle.run(d)

local function ask()
  local lease = d.s.lease
  if not lease then return { 'lease-not-held' } end
  local request = yielding.record(d, args.text(2), args.optionalText(3), args.optionalNumber(4))
  return { 'asked', lease.holder, views.yield(d, request) }
end

return tell.answer(d, ask())
