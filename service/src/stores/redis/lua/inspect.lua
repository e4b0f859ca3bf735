-- Inspect: how the session stands (session/views.ts).
-- KEYS  the partition's meta key
-- ARGV  store, time, instance; name
-- Gives { outcome, due, now, wakes }; the outcome is session.

local p = partition.open()
local d = draft.open(p, args.text(1))
settle.run(d)
return tell.answer(d, views.session(d))
