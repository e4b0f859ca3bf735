-- Places of an index by time: members with their times, in order, behind a place.
-- ARGV 6: index; 7: until which time, or empty; 8: after which time, or empty; 9: after which member; 10: how many
local index, afterMs, afterMember, limit = ARGV[6], ARGV[8], ARGV[9], tonumber(ARGV[10])
local to = ARGV[7] == '' and '+inf' or ARGV[7]
local from = afterMs == '' and '-inf' or afterMs
local found, offset, STEP = {}, 0, 500
while #found < 2 * limit do
  local part = redis.call('ZRANGEBYSCORE', index, from, to, 'WITHSCORES', 'LIMIT', offset, STEP)
  for nth = 1, #part, 2 do
    local isBehind = afterMs == '' or tonumber(part[nth + 1]) > tonumber(afterMs) or part[nth] > afterMember
    if isBehind and #found < 2 * limit then
      found[#found + 1] = part[nth]
      found[#found + 1] = int(tonumber(part[nth + 1]))
    end
  end
  offset = offset + STEP
  if #part < 2 * STEP then break end
end
return {'listed', now, sequence, found}
