-- The one place where scripts read time. Both clocks of the rules are the server's TIME here: milliseconds for spans,
-- microseconds for fencing tokens.

local M = {}

-- `given` is '' for the server's time, or '<ms>:<us>' from a test that has a clock of its own.
function M.read(given)
  local ms, us = string.match(given, '^(%d+):(%d+)$')
  if ms then return { ms = tonumber(ms), us = tonumber(us) } end
  local time = redis.call('TIME')
  local seconds, micros = tonumber(time[1]), tonumber(time[2])
  return { ms = seconds * 1000 + math.floor(micros / 1000), us = seconds * 1000000 + micros }
end

return M
