-- Moves the end of a lease on, where the state is the one that the caller knows, and the lease is live here. Removes nothing.
-- ARGV 6: name; 7: number; 8: step; 9: proposer; 10: for how many ms
if not isRepeat(tonumber(ARGV[7]), tonumber(ARGV[8]), ARGV[9]) or not isLive() then return answer('refused') end
count()
register.untilMs, register.renewedMs = math.max(register.untilMs, now + tonumber(ARGV[10])), now
redis.call('HSET', registerKey, 'until', int(register.untilMs), 'renewed', int(now))
fileEnd()
keepVote()
return answer('taken')
