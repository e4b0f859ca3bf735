-- Due: settles sessions of one partition that stand in its due index and whose moment has come, the longest overdue first.
-- Every instance calls it for every partition about twice a second, which shows that it is there.
-- KEYS  the partition's meta key
-- ARGV  store, time, instance; how many at most
-- Gives { { how many were settled, before when nothing is granted, what the namespaces use }, false, now, wakes }.

local p = partition.open()
instances.isHere(p)
local names = redis.call('ZRANGEBYSCORE', p.prefix .. 'due', '-inf', partition.digits(p.now.ms), 'LIMIT', 0, args.number(1))
local drafts = {}
for _, name in ipairs(names) do
  local d = draft.open(p, name)
  settle.run(d)
  -- What was found due is looked at again even if nothing came of it, so that no entry can stand in the way of others.
  d.changed = true
  table.insert(drafts, d)
end
local answer = tell.answerAll(p, drafts, { #names, p.noGrantsBefore })
answer[1][3] = usage.read(p)
return answer
