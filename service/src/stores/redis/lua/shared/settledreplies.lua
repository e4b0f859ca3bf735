-- Delivered and superseded replies, as far as they are remembered. `settledreplies` (sorted set of a session) has their numbers
-- in the order of their settling, `settled` (sorted set of the partition) each session that has any by the time when its
-- oldest was settled, and the partition's meta key counts them all.

local M = {}

local IN_PARTITION_MAX = limits.SETTLED_REPLIES_IN_ALL_MAX / limits.PARTITIONS

-- How many the partition has is known to whoever has just changed it.
local function count(p, change)
  p.settledCount = redis.call('HINCRBY', p.meta, 'settledCount', change)
end

local function putOldest(d, reply)
  redis.call('ZADD', d.p.prefix .. 'settled', partition.digits(reply.settledAt), d.name)
end

function M.add(d, reply)
  local counted = d.s.replies
  local place = counted.settledNext
  redis.call('ZADD', draft.key(d, 'settledreplies'), partition.digits(place), partition.digits(reply.number))
  counted.settledNext = place + 1
  if counted.settledFirst == place then putOldest(d, reply) end
  count(d.p, 1)
end

-- One of them goes: it is forgotten, or replayed.
function M.remove(d, reply)
  local counted = d.s.replies
  redis.call('ZREM', draft.key(d, 'settledreplies'), partition.digits(reply.number))
  count(d.p, -1)
  local first = redis.call('ZRANGE', draft.key(d, 'settledreplies'), 0, 0, 'WITHSCORES')
  if not first[1] then
    counted.settledFirst = counted.settledNext
    redis.call('ZREM', d.p.prefix .. 'settled', d.name)
    return
  end
  local place = tonumber(first[2])
  if place == counted.settledFirst then return end
  counted.settledFirst = place
  putOldest(d, replyrecord.read(d, tonumber(first[1])))
end

local function forgetFirst(d)
  local first = redis.call('ZRANGE', draft.key(d, 'settledreplies'), 0, 0)
  replies.forget(d, replyrecord.read(d, tonumber(first[1])))
end

local function dropKeptPayloads(d)
  for _, number in ipairs(redis.call('ZRANGE', draft.key(d, 'settledreplies'), 0, -1)) do
    if d.s.replies.keptBytes <= limits.REPLIES_BYTES_MAX then return end
    local reply = replyrecord.read(d, tonumber(number))
    if not reply.payloadDropped then
      replies.dropPayload(d, reply)
      replies.put(d, reply)
    end
  end
end

-- The oldest settled reply of the partition goes before its time. The record of `d` is saved by whoever opened it.
local function dropOldest(d)
  local p = d.p
  local name = redis.call('ZRANGE', p.prefix .. 'settled', 0, 0)[1]
  local oldest = d.name == name and d or draft.open(p, name)
  forgetFirst(oldest)
  -- Nothing that draft.save sees to rests on a reply that is settled already.
  if oldest ~= d then redis.call('HSET', p.prefix .. 'sessions', name, record.encode(oldest.s)) end
end

-- To be called when one has been settled: a session remembers so many, and so many bytes of what superseded ones said, and
-- a partition so many in all; the oldest go first.
function M.keepLimits(d)
  local counted = d.s.replies
  -- The places of those that were replayed are empty, so the number of places is never too small.
  if counted.settledNext - counted.settledFirst > limits.SETTLED_REPLIES_MAX
    and redis.call('ZCARD', draft.key(d, 'settledreplies')) > limits.SETTLED_REPLIES_MAX then forgetFirst(d) end
  if counted.keptBytes > limits.REPLIES_BYTES_MAX then dropKeptPayloads(d) end
  if d.p.settledCount > IN_PARTITION_MAX then dropOldest(d) end
end

-- Forgets those that were remembered long enough.
function M.forgetOld(d)
  local counted = d.s.replies
  while counted.settledFirst < counted.settledNext do
    local settledAt = tonumber(redis.call('ZSCORE', d.p.prefix .. 'settled', d.name))
    if settledAt + limits.SETTLED_REPLY_MS > d.p.now.ms then return end
    forgetFirst(d)
  end
end

return M
