-- List due replies: one partition's part of a page of the heads that the courier may attempt, by due time, then by key. At
-- most one reply a session, and only while nobody holds the session or waits for it.
-- KEYS  the partition's meta key
-- ARGV  store, time, instance; namespace, state or absent, limit, then the place behind which to begin: ms or absent, key
-- Gives { { entries, cut }, false, now, wakes }; an entry is { due at ms, key, number, view }, `cut` the place { ms, key, number }
-- that was looked at last when there may be more behind it, or false.

local p = partition.open()
local namespace, state, limit = args.text(1), args.optionalText(2), args.number(3)
local afterMs, afterKey = args.optionalNumber(4), args.text(5)
local now = p.now.ms

-- The head of a session, if it is due as early as its place in the index says; one that is due later is met again, further on.
local function dueHead(d, at)
  local head = d.s.courier and d.s.courier <= at and replies.head(d)
  return head and (not state or head.state == state) and head
end

local function list()
  local index = p.prefix .. 'courier:' .. namespace
  local rank = afterMs and listings.rankBehind(index, afterMs, afterKey) or 0
  local entries, last = {}, false
  local reads = 0
  -- One step at a time: looking at a session may move it.
  while true do
    local next = redis.call('ZRANGE', index, rank, rank, 'WITHSCORES')
    local key, at = next[1], tonumber(next[2])
    if not key or at > now then return { entries, false } end
    if reads == limits.LIST_READ_MAX or #entries == limit then return { entries, last } end
    reads = reads + 1
    local d = listings.settled(p, namespace .. '\0' .. key)
    local head = dueHead(d, at)
    last = { at, key, head and head.number or 0 }
    if head then table.insert(entries, { at, key, head.number, replyviews.view(d, head) }) end
    -- When it has left its place towards the end of the index, the next one has taken that place.
    if d.s.courier and d.s.courier <= at then rank = rank + 1 end
  end
end

listings.settleOverdue(p)
return tell.answerAll(p, {}, list())
