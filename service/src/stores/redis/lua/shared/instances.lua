-- The instances that wait for messages, told by their connections, and which of them do not hear: `gone` (hash of the partition)
-- has each since when. One that has ended leaves its waiters standing in the queues, and nobody tells that they have left.

local M = {}

-- Longer than any request waits. Whoever ended before that has left no waiter.
local KEPT_MS = 120000

-- The instance that has a connection.
function M.of(connection)
  return string.match(connection, '^([^:]*):') or ''
end

-- Publishes a wake to an instance, and notes when nobody was there to hear it.
function M.wake(p, instance, message)
  if redis.call('PUBLISH', 'hf:' .. p.store .. ':wake:' .. instance, message) > 0 then return end
  local key = p.prefix .. 'gone'
  redis.call('HSETNX', key, instance, partition.digits(p.now.ms))
  redis.call('PEXPIRE', key, KEPT_MS)
end

-- The calling instance is there. It may have missed a message meanwhile, and asks for those.
function M.isHere(p)
  redis.call('HDEL', p.prefix .. 'gone', p.instance)
end

-- Since when nobody hears at a connection; nil where somebody does, as far as is known.
function M.goneSince(p, connection)
  local instance = M.of(connection)
  if instance == p.instance then return nil end
  local since = redis.call('HGET', p.prefix .. 'gone', instance)
  return since and tonumber(since) or nil
end

return M
