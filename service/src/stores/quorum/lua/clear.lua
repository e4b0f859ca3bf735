-- Removes some of what an earlier life left here.
-- ARGV 1: the run; 2: about how many
if redis.call('HGET', 'hfq:member', 'run') ~= ARGV[1] then return -1 end
local cursor, removed = '0', 0
repeat
  local scanned = redis.call('SCAN', cursor, 'MATCH', 'hfq:*', 'COUNT', ARGV[2])
  cursor = scanned[1]
  for _, key in ipairs(scanned[2]) do
    if key ~= 'hfq:member' then removed = removed + redis.call('UNLINK', key) end
  end
until cursor == '0' or removed >= tonumber(ARGV[2])
return removed
