-- Fence: the verdict on a fencing token, right or `unknown` (session/fence.ts).
-- KEYS  the partition's meta key
-- ARGV  store, time, instance; name, fencing token
-- Gives { outcome, due, now, wakes }; the outcome is { 'verdict', verdict, stale, current token, ended because }.

local p = partition.open()
local d = draft.open(p, args.text(1))
settle.run(d)

local function check(token)
  local lease, previous = d.s.lease, d.s.previous
  local current = lease and lease.token
  if current == token then return { 'verdict', 'current', false, current, false } end
  local newest = current or (previous and previous.token) or 0
  if token > newest then return { 'verdict', 'unknown', true, current, false } end
  local because = ended.becauseOf(d, token) or (previous and previous.token == token and previous.because)
  return { 'verdict', token == newest and 'ended' or 'superseded', true, current, because }
end

return tell.answer(d, check(args.number(2)))
