-- List all replies: one partition's part of a page of the replies of a namespace, of one state or of all, by the time when
-- each is due (settled ones: was settled), then by key, then by number.
-- KEYS  the partition's meta key
-- ARGV  store, time, instance; namespace, state or absent, limit, then the place behind which to begin: ms or absent, key, number
-- Gives { { entries, cut }, false, now, wakes }; an entry is { ms, key, number, view }, `cut` the place { ms, key, number } that
-- was looked at last when there may be more behind it, or false.

local p = partition.open()
local namespace, state, limit = args.text(1), args.optionalText(2), args.number(3)
local afterMs, afterKey, afterNumber = args.optionalNumber(4), args.text(5), args.number(6)

local STATES = { 'parked', 'sending', 'unknown', 'dead', 'delivered', 'superseded' }
local READ_AT_ONCE = 100

-- Reads one index from place to place. Its next row, { at =, member = }, or nil behind the last.
local function reader(index, at, member)
  local rows, place = {}, 0
  return {
    peek = function()
      if place < #rows then return rows[place + 1] end
      if place > 0 and place < READ_AT_ONCE then return nil end
      local rank = at and listings.rankBehind(index, at, member) or 0
      local found = redis.call('ZRANGE', index, rank, rank + READ_AT_ONCE - 1, 'WITHSCORES')
      rows, place = {}, 0
      for i = 1, #found, 2 do table.insert(rows, { member = found[i], at = tonumber(found[i + 1]) }) end
      return rows[1]
    end,
    step = function()
      place = place + 1
      at, member = rows[place].at, rows[place].member
    end,
  }
end

local function isEarlier(a, b)
  if a.at ~= b.at then return a.at < b.at end
  return listings.comesBefore(a.member, b.member)
end

-- The next row of several indexes that are read side by side.
local function nextOf(readers)
  local first, from
  for _, other in ipairs(readers) do
    local row = other.peek()
    if row and (not first or isEarlier(row, first)) then first, from = row, other end
  end
  if from then from.step() end
  return first
end

local function list()
  local after = afterMs and replyindexes.listed(afterKey, afterNumber)
  local readers = {}
  for _, of in ipairs(state and { state } or STATES) do
    table.insert(readers, reader(replyindexes.listing(p, of, namespace), afterMs, after))
  end
  local entries, last, drafts = {}, false, {}
  local reads = 0
  while true do
    local row = nextOf(readers)
    if not row then return { entries, false } end
    if reads == limits.LIST_READ_MAX or #entries == limit then return { entries, last } end
    reads = reads + 1
    local key, number = replyindexes.keyAndNumber(row.member)
    last = { row.at, key, number }
    drafts[key] = drafts[key] or listings.settled(p, namespace .. '\0' .. key)
    -- It may be forgotten by now, or in another state than the one that was asked for.
    local reply = replyrecord.read(drafts[key], number)
    if reply and (not state or reply.state == state) then
      table.insert(entries, { row.at, key, number, replyviews.view(drafts[key], reply) })
    end
  end
end

listings.settleOverdue(p)
return tell.answerAll(p, {}, list())
