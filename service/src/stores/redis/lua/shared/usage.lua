-- What each namespace uses of what all of them share (session/usage.ts): `usage` (hash of the partition) counts by namespace
-- and kind, without zeros; `waitingsince` and `undeliveredsince` (sorted sets of the partition) have each ticket, and each reply
-- that still has to reach somebody, by the time when it was taken.

local M = {}

function M.add(d, what, amount)
  if amount == 0 then return end
  d.namespace = d.namespace or replyindexes.namespaceAndKey(d.name)
  local key, field = d.p.prefix .. 'usage', d.namespace .. ':' .. what
  if redis.call('HINCRBY', key, field, partition.digits(amount)) == 0 then redis.call('HDEL', key, field) end
end

-- Replies that are settled are not counted.
local COUNTED = { parked = true, sending = true, unknown = true, dead = true }

function M.moveState(d, from, to)
  if from == to then return end
  if from and COUNTED[from] then M.add(d, from, -1) end
  if to and COUNTED[to] then M.add(d, to, 1) end
end

-- `at` is false for one that is not there any more.
function M.moveTicket(d, hash, at)
  local key, member = d.p.prefix .. 'waitingsince', d.name .. '\0' .. hash
  if at then redis.call('ZADD', key, partition.digits(at), member) else redis.call('ZREM', key, member) end
end

function M.moveReply(d, number, at)
  local key, member = d.p.prefix .. 'undeliveredsince', d.name .. '\0' .. partition.digits(number)
  if at then redis.call('ZADD', key, partition.digits(at), member) else redis.call('ZREM', key, member) end
end

-- Since when the first of an index is in it, or false.
local function since(p, index)
  return redis.call('ZRANGE', p.prefix .. index, 0, 0, 'WITHSCORES')[2] or false
end

-- { fields and their counts in turns, since when the oldest ticket waits, since when the oldest reply is kept }.
function M.read(p)
  return { redis.call('HGETALL', p.prefix .. 'usage'), since(p, 'waitingsince'), since(p, 'undeliveredsince') }
end

return M
