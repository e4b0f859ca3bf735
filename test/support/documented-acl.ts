/** The least that a store's Redis user may do, as `docs/stores.md` has it; and what was done, to hold against it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { RedisServer } from './redis-server.ts';
import { root } from './source-files.ts';

/** The rules of the documented user of these keys, behind its name. */
export const documentedRules = (keys: '~hf:*' | '~hfq:*'): readonly string[] => {
  const lines = readFileSync(join(root, 'docs', 'stores.md'), 'utf8').replaceAll(' \\\n', '');
  const users = [...lines.matchAll(/^user holdfast on >\S+ (.+)$/gm)].map(([, rules = '']) => rules.trim().split(/\s+/));
  return users.find((rules) => rules.includes(keys)) ?? [];
};

/** Gives a server that user, and begins to count what is called. */
export const giveUser = (server: RedisServer, rules: readonly string[]): Promise<void> =>
  server.ask(async (asked) => {
    await asked.call('ACL', 'SETUSER', 'holdfast', 'on', '>pass', ...rules);
    await asked.call('CONFIG', 'RESETSTAT');
  });

/** Calls of each command so far, those within scripts among them; a subcommand as `config|get`. */
export const callsOf = async (server: RedisServer): Promise<ReadonlySet<string>> => {
  const stats = await server.ask((asked) => asked.info('commandstats'));
  return new Set([...stats.matchAll(/^cmdstat_([^:]+):calls=\d+/gm)].map(([, command = '']) => command));
};

/** Those that the scripts of a store may call, as they are written there. */
export const commandsOfScripts = (store: 'redis' | 'quorum'): ReadonlySet<string> => {
  const folder = join(root, 'service', 'src', 'stores', store, 'lua');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.lua'));
  return new Set(sources.flatMap((file) => [...readFileSync(join(folder, file), 'utf8').matchAll(/redis\.call\('([A-Z]+)'/g)].map(([, command = '']) => command.toLowerCase())));
};

export const grantedIn = (rules: readonly string[]): readonly string[] => rules.flatMap((rule) => (rule.startsWith('+') ? [rule.slice(1)] : []));

/** Which of these commands the user is not refused, for want of the right to it. */
export const notRefused = async (server: RedisServer, commands: readonly (readonly [string, ...string[]])[]): Promise<readonly string[]> =>
  server.ask(async (asked) => {
    const holdfast: Redis = asked.duplicate({ username: 'holdfast', password: 'pass', lazyConnect: true, enableReadyCheck: false });
    try {
      await holdfast.connect();
      const told = await Promise.all(
        commands.map(([command, ...words]) => holdfast.call(command, ...words).then(() => 'done', (error: Error) => error.message).then((answer) => ({ asked: [command, ...words].join(' '), answer }))),
      );
      return told.filter(({ answer }) => !answer.startsWith('NOPERM')).map((one) => `${one.asked}: ${one.answer}`);
    } finally {
      holdfast.disconnect();
    }
  });
