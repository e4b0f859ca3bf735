-- Files a session under what it is listed by, in place of what it was filed under before. Needs register.lua before it.
-- A filing is JSON: {"leased":0|1,"due":ms,"courier":ms,"oldest":ms,"forgettable":ms,"usage":[…],"replies":[[number,"state",ms],…]}; what is absent is not filed.
local USAGES = {'leases', 'parked', 'sending', 'unknown', 'dead', 'bytes'}

local split = string.find(name, '\0', 1, true)
local namespace, key = string.sub(name, 1, split - 1), string.sub(name, split + 1)

local function place(number) return key .. '\0' .. string.format('%016.0f', number) end

local function move(index, member, from, to)
  if from == to then return end
  if to == nil then redis.call('ZREM', index, member) else redis.call('ZADD', index, int(to), member) end
end

local function moveReplies(old, new)
  local was = {}
  for _, reply in ipairs(old.replies or {}) do was[reply[1]] = reply end
  for _, reply in ipairs(new.replies or {}) do
    local before = was[reply[1]]
    was[reply[1]] = nil
    if before == nil or before[2] ~= reply[2] or before[3] ~= reply[3] then
      if before ~= nil and before[2] ~= reply[2] then redis.call('ZREM', 'hfq:replies:' .. namespace .. '\0' .. before[2], place(reply[1])) end
      redis.call('ZADD', 'hfq:replies:' .. namespace, int(reply[3]), place(reply[1]))
      redis.call('ZADD', 'hfq:replies:' .. namespace .. '\0' .. reply[2], int(reply[3]), place(reply[1]))
    end
  end
  for number, reply in pairs(was) do
    redis.call('ZREM', 'hfq:replies:' .. namespace, place(number))
    redis.call('ZREM', 'hfq:replies:' .. namespace .. '\0' .. reply[2], place(number))
  end
end

local function file(text)
  if text == register.filed then return end
  local old, new = {}, cjson.decode(text)
  if register.filed ~= '' then old = cjson.decode(register.filed) end
  move('hfq:leased:' .. namespace, key, old.leased == 1 and 0 or nil, new.leased == 1 and 0 or nil)
  move('hfq:due', name, old.due, new.due)
  move('hfq:courier:' .. namespace, key, old.courier, new.courier)
  move('hfq:oldest', name, old.oldest, new.oldest)
  move('hfq:forgettable', name, old.forgettable, new.forgettable)
  moveReplies(old, new)
  for nth, what in ipairs(USAGES) do
    local more = new.usage[nth] - (old.usage and old.usage[nth] or 0)
    if more ~= 0 then redis.call('HINCRBY', 'hfq:usage:' .. namespace, what, int(more)) end
  end
  redis.call('SADD', 'hfq:namespaces', namespace)
  register.filed = text
  redis.call('HSET', registerKey, 'filed', text)
end

-- From `first` on: how many payloads to keep, each as name and text, then the names of those to drop.
local function keepPayloads(first)
  local puts = tonumber(ARGV[first])
  for nth = 1, puts do redis.call('HSET', payloadsKey, ARGV[first + 2 * nth - 1], ARGV[first + 2 * nth]) end
  for nth = first + 2 * puts + 1, #ARGV do redis.call('HDEL', payloadsKey, ARGV[nth]) end
end
