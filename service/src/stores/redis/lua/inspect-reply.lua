-- Inspect a reply: how it stands (session/replies/list.ts).
-- KEYS  the partition's meta key
-- ARGV  store, time, instance; name, reply id
-- Gives { outcome, due, now, wakes }; the outcome is { 'reply', view } or reply-unknown.

local p = partition.open()
local d = draft.open(p, args.text(1))
settle.run(d)
local reply = replies.find(d, args.text(2))
return tell.answer(d, reply and replyviews.told(d, reply) or { 'reply-unknown' })
