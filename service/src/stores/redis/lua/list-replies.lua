-- List replies: those of one session, in the order of delivery (session/replies/list.ts).
-- KEYS  the partition's meta key
-- ARGV  store, time, instance; name, state or absent, limit, then the place behind which to begin: fencing token or absent,
--       sequence or absent, number or absent
-- Gives { outcome, due, now, wakes }; the outcome is { 'replies', views, { fencing token, sequence or absent, number } of the
-- last one, or absent when there are no more }.

local p = partition.open()
local d = draft.open(p, args.text(1))
settle.run(d)

local READ_AT_ONCE = 100

local function list(state, limit, token, sequence, number)
  local views, last = {}, false
  if not d.s.replies then return { 'replies', views, false } end
  local from = token and '(' .. replyrecord.order(token, sequence, number) or '-'
  while true do
    local orders = redis.call('ZRANGEBYLEX', draft.key(d, 'order'), from, '+', 'LIMIT', 0, READ_AT_ONCE)
    for _, order in ipairs(orders) do
      local reply = replyrecord.read(d, replyrecord.numberIn(order))
      if not state or reply.state == state then
        if #views == limit then return { 'replies', views, last and { last.token, last.sequence, last.number } } end
        table.insert(views, replyviews.view(d, reply))
        last = reply
      end
    end
    if #orders < READ_AT_ONCE then return { 'replies', views, false } end
    from = '(' .. orders[#orders]
  end
end

return tell.answer(d, list(args.optionalText(2), args.number(3), args.optionalNumber(4), args.optionalNumber(5), args.optionalNumber(6)))
