/** What is put around redlock's own scripts: a node votes only while it is a member, and a vote whose lease is over counts as none. */
import type { Expected } from './expected.ts';

/** In Lua, between quotes. Ids are of letters, digits, `-` and `_`. */
const quoted = (text: string): string => `'${text.replace(/[^\w-]/g, '')}'`;

/** The time of the test has passed what Redis' own has not. */
const IN_TESTS = `
local tested = redis.call('GET', 'hfq:time')
local told = redis.call('HMGET', 'hfq:s:' .. string.sub(KEYS[1], 7), 'value', 'until')
if tested and told[1] and told[1] == redis.call('GET', KEYS[1]) and tonumber(told[2]) ~= 0 and tonumber(told[2]) <= tonumber(tested) then redis.call('DEL', KEYS[1]) end`;

/** Redlock takes what is not the number of keys for a refusal. */
export const lockScript =
  ({ cluster, epoch }: Pick<Expected, 'cluster' | 'epoch'>, { isTested }: { readonly isTested: boolean }) =>
  (text: string): string => `
local member = redis.call('HMGET', 'hfq:member', 'cluster', 'epoch', 'standing')
if member[1] ~= ${quoted(cluster)} or member[2] ~= ${quoted(epoch)} or member[3] ~= 'member' then return -1 end
${isTested ? IN_TESTS : ''}
${text}`;

export const unlockScript = (text: string): string => text;
