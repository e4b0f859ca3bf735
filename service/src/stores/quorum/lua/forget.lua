-- Deletes a register that has the empty state under this ballot, and raises the floor. Only after all nodes have accepted that state. Needs filing.lua before it.
-- ARGV 6: name; 7: number; 8: step
if register.number == 0 or register.number ~= tonumber(ARGV[7]) or register.step ~= tonumber(ARGV[8]) then return answer('refused') end
count()
floor = math.max(floor, register.promised, register.number, register.token)
redis.call('HSET', 'hfq:member', 'floor', int(floor))
file('{"usage":[0,0,0,0,0,0]}')
redis.call('ZREM', 'hfq:ends', name)
redis.call('DEL', registerKey, payloadsKey)
register = {promised = 0, promisedBy = '', number = 0, step = 0, acceptedBy = '', state = false, token = 0, value = '', untilMs = 0, renewedMs = 0, filed = ''}
return answer('taken')
