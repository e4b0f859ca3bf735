-- Read a reply: how it stands, and what it says.
-- KEYS  the partition's meta key
-- ARGV  store, time, instance; name, reply id
-- Gives { outcome, due, now, wakes }; the outcome is { 'reply', view, payload (JSON) or absent } or reply-unknown.

local p = partition.open()
local d = draft.open(p, args.text(1))
settle.run(d)

local function read(id)
  local reply = replies.find(d, id)
  if not reply then return { 'reply-unknown' } end
  return { 'reply', replyviews.view(d, reply), replies.payload(d, reply) }
end

return tell.answer(d, read(args.text(2)))
