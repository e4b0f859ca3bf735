-- Reads, for tests alone, all that a partition has of one session, as it is stored: nothing is settled, nothing is judged.
-- KEYS  the partition's meta key
-- ARGV  name of the session
-- Gives what `redis-session-state.ts` names. Numbers come as '#' and their digits, texts as '=' and themselves, true and false as 1
-- and 0, and what was packed as an array.

local prefix, name = string.sub(KEYS[1], 1, -5), ARGV[1]
local namespace, key = string.match(name, '^([^%z]*)%z(.*)$')
local STATES = { 'parked', 'sending', 'unknown', 'dead', 'delivered', 'superseded' }

local function plain(value)
  if type(value) == 'number' then return string.format('#%.0f', value) end
  if type(value) == 'string' then return '=' .. value end
  if type(value) == 'boolean' then return value and 1 or 0 end
  local items = {}
  for place, item in ipairs(value) do items[place] = plain(item) end
  return items
end

local function unpacked(raw)
  return plain(cmsgpack.unpack(raw))
end

local function ownKey(kind)
  return prefix .. kind .. ':' .. name
end

local function hash(kind, read)
  local all, fields = redis.call('HGETALL', ownKey(kind)), {}
  for at = 1, #all, 2 do table.insert(fields, { plain(all[at]), read(all[at + 1], all[at]) }) end
  return fields
end

-- Members in their order, each with its score.
local function scores(index)
  local all, members = redis.call('ZRANGE', index, 0, -1, 'WITHSCORES'), {}
  for at = 1, #all, 2 do table.insert(members, { plain(all[at]), '#' .. all[at + 1] }) end
  return members
end

local function score(index, member)
  local found = redis.call('ZSCORE', prefix .. index, member)
  return found and '#' .. found or 0
end

local function numbersInOrder(kind)
  local numbers = {}
  for place, order in ipairs(redis.call('ZRANGE', ownKey(kind), 0, -1)) do
    local _, _, number = struct.unpack('>I7I7I7', order)
    numbers[place] = plain(number)
  end
  return numbers
end

local function listed()
  local found = {}
  for _, state in ipairs(STATES) do
    local all = redis.call('ZRANGE', prefix .. 'listed:' .. state .. ':' .. namespace, 0, -1, 'WITHSCORES')
    for at = 1, #all, 2 do
      local member = all[at]
      if string.sub(member, 1, -18) == key then table.insert(found, { plain(tonumber(string.sub(member, -16))), plain(state), '#' .. all[at + 1] }) end
    end
  end
  return found
end

local function endedField(value, field)
  return string.sub(field, 1, 1) == '#' and plain(value) or unpacked(value)
end

local record = redis.call('HGET', prefix .. 'sessions', name)
local meta = redis.call('HMGET', KEYS[1], 'floor', 'settledCount')
return {
  '#' .. meta[1],
  '#' .. (meta[2] or '0'),
  record and unpacked(record) or 0,
  hash('ended', endedField),
  hash('waiters', unpacked),
  scores(ownKey('queue')),
  scores(ownKey('waits')),
  hash('replies', unpacked),
  hash('payloads', plain),
  hash('replyids', plain),
  numbersInOrder('order'),
  numbersInOrder('undelivered'),
  scores(ownKey('expiring')),
  scores(ownKey('settledreplies')),
  listed(),
  { score('live', name), score('due', name), score('idle', name), score('settled', name), score('courier:' .. namespace, key) },
}
