/**
 * The one script of the Redis fence: it compares the fencing token and writes, in one step of the server.
 *
 * It stands here as text and not in a file of its own, because the package is built by the TypeScript compiler alone.
 */

/** How the script answered, as Redis gives it. */
export type RedisStepAnswer = readonly ['done' | 'repeated' | 'stale' | 'broken', unknown];

export const REDIS_STEP = `
-- KEYS[1]  what is guarded: a string for "set", a list for "append"
-- KEYS[2]  the largest fencing token so far, in decimal digits
-- KEYS[3]  a list: the ids of the last appends, the newest last
-- ARGV[1]  "raise", "set" or "append"
-- ARGV[2]  the caller's fencing token
-- ARGV[3]  what to write; nothing for "raise"
-- ARGV[4]  the id of an append; "" where it has none
-- ARGV[5]  how many ids are remembered
-- Result   {"done", length of the list}; {"done", 0} but for "append"
--          {"repeated", length of the list}: an append with this id is there already
--          {"stale", the larger token}: nothing was written
--          {"broken", what is kept as the token}: nothing was written
local stored = redis.call('GET', KEYS[2]) or '0'
-- The largest token has 16 digits, and numbers compare exactly up to it. They never become text again: tostring would round.
if not string.match(stored, '^%d+$') or #stored > 16 then return {'broken', stored} end
if tonumber(stored) > tonumber(ARGV[2]) then return {'stale', stored} end

-- Whatever can fail on what is there already fails before the first write, and the token comes last: an error leaves nothing half done.
local length = 0
local state = 'done'
if ARGV[1] == 'set' then
  redis.call('SET', KEYS[1], ARGV[3])
elseif ARGV[1] == 'append' then
  if ARGV[4] ~= '' and redis.call('LPOS', KEYS[3], ARGV[4]) then
    state = 'repeated'
    length = redis.call('LLEN', KEYS[1])
  else
    length = redis.call('RPUSH', KEYS[1], ARGV[3])
    if ARGV[4] ~= '' then
      redis.call('RPUSH', KEYS[3], ARGV[4])
      redis.call('LTRIM', KEYS[3], -tonumber(ARGV[5]), -1)
    end
  end
end
redis.call('SET', KEYS[2], ARGV[2])
return {state, length}
`;
