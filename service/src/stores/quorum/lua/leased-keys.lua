-- Keys of leased sessions, in byte order. Needs head.lua before it, as the listings below do.
-- ARGV 6: namespace; 7: prefix; 8: after which key; 9: how many
local prefix, after = ARGV[7], ARGV[8]
local from = '[' .. prefix
if after ~= '' and after >= prefix then from = '(' .. after end
local to = prefix == '' and '+' or '(' .. prefix .. '\255'
return {'listed', now, sequence, redis.call('ZRANGEBYLEX', 'hfq:leased:' .. ARGV[6], from, to, 'LIMIT', 0, tonumber(ARGV[9]))}
