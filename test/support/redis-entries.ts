/** All that a Redis database holds, entry by entry, so that two moments can be compared. */
import type { Redis } from 'ioredis';

/** By key and, within it, by field or member; values as they are, scores as text. */
export type Entries = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** In one step, so that it is one moment. */
const READ_ALL = `
local all = {}
for place, key in ipairs(redis.call('KEYS', '*')) do
  local isHash = redis.call('TYPE', key).ok == 'hash'
  all[place] = { key, isHash and redis.call('HGETALL', key) or redis.call('ZRANGE', key, 0, -1, 'WITHSCORES') }
end
return all`;

/** Of a database that has hashes and sorted sets alone. */
export const readEntries = async (redis: Redis): Promise<Entries> => {
  const all = (await redis.callBuffer('EVAL', READ_ALL, '0')) as readonly [Buffer, readonly Buffer[]][];
  return new Map(all.map(([key, flat]) => [key.toString('utf8'), entriesOf(flat)]));
};

/** Names are UTF-8; of what is packed every byte is made a character. */
const entriesOf = (flat: readonly Buffer[]): Map<string, string> => {
  const entries = new Map<string, string>();
  for (let at = 0; at < flat.length; at += 2) entries.set(flat[at]!.toString('utf8'), flat[at + 1]!.toString('latin1'));
  return entries;
};
