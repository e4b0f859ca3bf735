-- Recheck: what has become of connections that wait, of any number of sessions of one partition. A wake that was lost, with a
-- message or with a connection, is made good by it.
-- KEYS  the partition's meta key
-- ARGV  store, time, instance; then for each: name, lease id hash, connection, when its request was enqueued
-- Gives { answers, false, now, wakes }; each answer is { 'waiting' }, granted, lease-held, lease-ended, or { 'gone' }: the
-- session knows nothing of the request, as after the loss of all state.

local MEMBERS = 4

local function recheck(d, hash, connection, requestedAt)
  settle.run(d)
  local lease = d.s.lease
  local waiter = queue.find(d, hash)
  if waiter and waiter.connection == connection then return { 'waiting' } end
  if waiter then return views.held(d, lease, waiter) end
  if lease and lease.hash == hash then return views.granted(d, lease, false, math.max(0, lease.grantedAt - requestedAt)) end
  if ended.find(d, hash) then return { 'lease-ended' } end
  return { 'gone' }
end

local p = partition.open()
local opened, drafts, answers = {}, {}, {}
for at = 1, args.count(), MEMBERS do
  local name = args.text(at)
  local d = opened[name] or draft.open(p, name)
  if not opened[name] then
    opened[name] = d
    table.insert(drafts, d)
  end
  table.insert(answers, recheck(d, args.text(at + 1), args.text(at + 2), args.number(at + 3)))
end
return tell.answerAll(p, drafts, answers)
