-- How this node stands. Asked before anything is expected of it, so it comes without the head.
local told = redis.call('HMGET', 'hfq:member', 'cluster', 'node', 'epoch', 'sequence', 'floor', 'standing')
local time = redis.call('TIME')
for nth = 1, 6 do told[nth] = told[nth] or '' end
return {told[1], told[2], told[3], told[4], told[5], told[6], redis.call('HGETALL', 'hfq:peers'), tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)}
