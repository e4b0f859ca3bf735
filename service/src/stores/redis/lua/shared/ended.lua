-- Ended lease ids of a session: a ring in one hash. The field of an id holds what is known of it, the field `#<number>` names
-- the id with that number, and the record has the first number, the next, and when the oldest ended.

local M = {}

-- The rule of 15 minutes is applied by the rules below. This only clears away, later than any of them looks.
local KEPT_MS = limits.ENDED_ID_MS + 60000

-- { token or false, because, endedAt }, or nil.
function M.find(d, hash)
  local s = d.s
  if s.endedFirst == s.endedNext then return nil end
  local packed = redis.call('HGET', draft.key(d, 'ended'), hash)
  if not packed then return nil end
  local ended = cmsgpack.unpack(packed)
  return { token = ended[1], because = ended[2], endedAt = ended[3] }
end

-- Why the lease with that token ended, as far as it is remembered; nil otherwise.
function M.becauseOf(d, token)
  local s = d.s
  if s.endedFirst == s.endedNext then return nil end
  local all = redis.call('HGETALL', draft.key(d, 'ended'))
  for at = 1, #all, 2 do
    if string.sub(all[at], 1, 1) ~= '#' then
      local ended = cmsgpack.unpack(all[at + 1])
      if ended[1] == token then return ended[2] end
    end
  end
  return nil
end

local function endedAtOf(d, number)
  local key = draft.key(d, 'ended')
  local hash = redis.call('HGET', key, '#' .. number)
  local packed = hash and redis.call('HGET', key, hash)
  -- One that was cleared away is older than all that can be asked.
  return packed and cmsgpack.unpack(packed)[3] or 0
end

local function dropOldest(d)
  local s, key = d.s, draft.key(d, 'ended')
  local field = '#' .. s.endedFirst
  local hash = redis.call('HGET', key, field)
  if hash then redis.call('HDEL', key, hash, field) end
  s.endedFirst = s.endedFirst + 1
  s.endedOldestAt = s.endedFirst < s.endedNext and endedAtOf(d, s.endedFirst) or 0
  d.changed = true
end

-- Remembers that an id is over, so that its late repeats are answered and never granted.
function M.remember(d, hash, token, because, endedAt)
  local s, key = d.s, draft.key(d, 'ended')
  if s.endedNext - s.endedFirst >= limits.ENDED_IDS_MAX then dropOldest(d) end
  if s.endedFirst == s.endedNext then s.endedOldestAt = endedAt end
  redis.call('HSET', key, hash, cmsgpack.pack({ token, because, endedAt }), '#' .. s.endedNext, hash)
  redis.call('PEXPIRE', key, KEPT_MS)
  s.endedNext = s.endedNext + 1
  d.changed = true
end

-- Forgets those that are older than they need to be.
function M.forgetOld(d)
  local s = d.s
  while s.endedFirst < s.endedNext and s.endedOldestAt + limits.ENDED_ID_MS <= d.p.now.ms do dropOldest(d) end
end

return M
