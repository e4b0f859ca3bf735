-- Mark: gives a partition its marker, or raises what its marker says. Nothing is ever lowered. It alone may find no marker.
-- KEYS  the partition's meta key
-- ARGV  store, time, instance; the largest fencing token that the caller remembers, for how many ms from now nothing may be
--       granted (0: no limit)
-- Gives { { store id that the partition has now, whether it had none, before when nothing is granted }, false, now, {} }. The
-- store id is another than the caller's where another was first; then nothing is changed.

local store, meta = ARGV[1], KEYS[1]
local now = clock.read(ARGV[2]).ms
local told = redis.call('HMGET', meta, 'store', 'floor', 'noGrantsBefore', 'layout')
if told[4] and told[4] ~= partition.LAYOUT then error({ err = 'LAYOUT this partition has the layout ' .. told[4] }) end
if told[1] and told[1] ~= store then return { { told[1], false, tonumber(told[3] or '0') }, false, now, {} } end

local floor = math.max(tonumber(told[2] or '0'), args.number(1))
local noGrantsBefore = tonumber(told[3] or '0')
if args.number(2) > 0 then noGrantsBefore = math.max(noGrantsBefore, now + args.number(2)) end
redis.call('HSET', meta, 'layout', partition.LAYOUT, 'store', store, 'floor', partition.digits(floor), 'noGrantsBefore', partition.digits(noGrantsBefore))
return { { store, not told[1], noGrantsBefore }, false, now, {} }
