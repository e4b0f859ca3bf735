-- Listings across the sessions of a partition: places in an index, and sessions brought up to the present before they are told.

local M = {}

-- Sessions that are due and were not looked at, for one script: it holds up everybody else while it runs. More are found by
-- the rounds of every instance, which look for them twice a second.
local OVERDUE_MAX = 100

-- Whether a string comes before another, byte by byte as Redis has them. Lua would compare by the server's locale.
function M.comesBefore(a, b)
  for at = 1, math.min(#a, #b) do
    local x, y = string.byte(a, at), string.byte(b, at)
    if x ~= y then return x < y end
  end
  return #a < #b
end

-- The rank of the first member of an index behind a place, which may be empty by now.
function M.rankBehind(index, at, member)
  local score = partition.digits(at)
  local low = redis.call('ZCOUNT', index, '-inf', '(' .. score)
  local high = low + redis.call('ZCOUNT', index, score, score)
  while low < high do
    local middle = math.floor((low + high) / 2)
    local found = redis.call('ZRANGE', index, middle, middle)[1]
    if M.comesBefore(member, found) then high = middle else low = middle + 1 end
  end
  return low
end

-- A session with all that is due done, and written. No other draft may be open that is still to be saved.
function M.settled(p, name)
  local d = draft.open(p, name)
  settle.run(d)
  draft.save(d)
  draft.makeRoom(d)
  return d
end

-- Does what is due in any session of the partition that nobody has looked at since, so that indexes have it where it stands now.
function M.settleOverdue(p)
  local names = redis.call('ZRANGEBYSCORE', p.prefix .. 'due', '-inf', partition.digits(p.now.ms), 'LIMIT', 0, OVERDUE_MAX)
  for _, name in ipairs(names) do M.settled(p, name) end
end

return M
