-- What a script knows of the partition that it works in: where its keys begin, whose it is, what time it is, its floor.
-- Opened once a script, before anything else, and saved once, after everything else.

local M = {}

-- How keys and records are laid out. A service that knows another layout than this partition has must not touch it.
M.LAYOUT = '2'

-- Digits of an integer. A Lua number through tostring would lose those beyond the fourteenth.
function M.digits(number)
  return string.format('%.0f', number)
end

-- KEYS[1] is the partition's meta key, `hf:{<partition>}:meta`; ARGV begins with the store's id, the time ('' for the
-- server's) and the id of the instance that calls. All other keys share the tag in the braces, so they are in the slot of
-- KEYS[1], and the name of a session stands last in them, so no name can reach into another key.
function M.open()
  local store, instance = ARGV[1], ARGV[3]
  local told = redis.call('HMGET', KEYS[1], 'store', 'floor', 'noGrantsBefore', 'layout')
  if not told[1] then error({ err = 'UNMARKED this partition has no marker' }) end
  if told[1] ~= store then error({ err = 'FOREIGN this partition is of the store ' .. told[1] }) end
  if told[4] ~= M.LAYOUT then error({ err = 'LAYOUT this partition has the layout ' .. (told[4] or 'of none') }) end
  return {
    meta = KEYS[1],
    prefix = string.sub(KEYS[1], 1, -5),
    store = store,
    instance = instance,
    now = clock.read(ARGV[2]),
    floor = tonumber(told[2]),
    floorStored = told[2],
    noGrantsBefore = tonumber(told[3] or '0'),
    wakes = {},
  }
end

-- Mints the next token and raises the floor to it. Its two sources are those of session/token.ts.
function M.mint(p)
  local token = math.max(p.floor + 1, p.now.us)
  if token > limits.FENCING_TOKEN_MAX then error({ err = 'EXHAUSTED no fencing token is left' }) end
  p.floor = token
  return token
end

function M.save(p)
  local floor = M.digits(p.floor)
  if floor ~= p.floorStored then redis.call('HSET', p.meta, 'floor', floor) end
end

return M
