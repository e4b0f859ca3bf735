-- List leases: the live leases of one partition in byte order of their keys, each looked at as an inspection does.
-- KEYS  the partition's meta key
-- ARGV  store, time, instance; namespace, bounds of the names as ZRANGEBYLEX takes them, how many to look at
-- Gives { { pairs of key and session view, the last key that was looked at where there may be more or false }, false, now,
-- wakes }.

local p = partition.open()
local namespace, limit = args.text(1), args.number(4)
local names = redis.call('ZRANGEBYLEX', p.prefix .. 'live', args.text(2), args.text(3), 'LIMIT', 0, limit)
local drafts, found = {}, {}
for _, name in ipairs(names) do
  local d = draft.open(p, name)
  settle.run(d)
  table.insert(drafts, d)
  table.insert(found, { string.sub(name, #namespace + 2), views.session(d) })
end
local last = #names == limit and string.sub(names[#names], #namespace + 2)
return tell.answerAll(p, drafts, { found, last })
