-- Promises a ballot number to a proposer, unless a larger one, or this one to another, was promised before.
-- ARGV 6: name; 7: number; 8: proposer
local number, by = tonumber(ARGV[7]), ARGV[8]
if not (number == register.promised and by == register.promisedBy) then
  if not (number > register.promised and number > floor) then return answer('refused') end
  count()
  register.promised, register.promisedBy = number, by
  redis.call('HSET', registerKey, 'promised', int(number), 'promisedBy', by)
end
return answer('taken')
