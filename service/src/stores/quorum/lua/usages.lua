-- What each namespace uses, and when the oldest undelivered reply was parked.
local used = {}
for _, namespace in ipairs(redis.call('SMEMBERS', 'hfq:namespaces')) do
  local counts = redis.call('HMGET', 'hfq:usage:' .. namespace, 'leases', 'parked', 'sending', 'unknown', 'dead', 'bytes')
  local isUsed = false
  for nth = 1, 6 do
    counts[nth] = tonumber(counts[nth] or '0')
    if counts[nth] ~= 0 then isUsed = true end
  end
  if isUsed then used[#used + 1] = {namespace, counts} end
end
local oldest = redis.call('ZRANGE', 'hfq:oldest', 0, 0, 'WITHSCORES')
return {'listed', now, sequence, used, oldest[2] or ''}
