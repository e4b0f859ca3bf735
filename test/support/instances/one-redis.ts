/** A run over one Redis, which is killed, stopped, and closes connections. */
import { startRedisServer, type RedisServer } from '../redis-server.ts';
import { pause } from '../until.ts';
import type { Mishaps, Strikes } from './faults.ts';
import type { StoreOfRun, Teardown } from './store-of-run.ts';

const CUTS_IN_A_ROW = 5;

/** Starts it, to end with the test. Its log is never written anew, so that a kill finds it as it grew. */
export const startOneRedis = async (t: Teardown): Promise<StoreOfRun> => {
  const redis = await startRedisServer(t, { settings: ['--auto-aof-rewrite-percentage', '0'] });
  return { url: redis.url, strikes: (mishaps, { deployment, chance }) => strikesOf(redis, mishaps, { services: deployment.services.length, chance }) };
};

/** It closes one of the connections that fit. */
export const cutFrom = async (redis: RedisServer, name: RegExp, chance: () => number): Promise<void> =>
  redis.ask(async (asked) => {
    const clients = String(await asked.client('LIST')).split('\n').map((line) => ({ id: / ?id=(\d+)/.exec(line)?.[1], name: / name=(\S*)/.exec(line)?.[1] ?? '' }));
    const fitting = clients.filter((client) => name.test(client.name));
    const victim = fitting[Math.floor(chance() * fitting.length)];
    if (victim?.id !== undefined) await asked.call('CLIENT', 'KILL', 'ID', victim.id);
  });

const strikesOf = (redis: RedisServer, mishaps: Mishaps, { services, chance }: { readonly services: number; readonly chance: () => number }): Strikes => {
  const cut = (name: RegExp): Promise<void> => cutFrom(redis, name, chance);
  return {
    'commands of an instance cut': () => cut(/:commands$/),
    'subscription of an instance cut': () => cut(/:subscription$/),
    'instance cut from Redis for good measure': async () => {
      for (let left = CUTS_IN_A_ROW; left > 0; left -= 1) {
        await cut(/:(commands|subscription)$/);
        await pause(chance() * 100);
      }
    },
    'Redis killed': () =>
      mishaps.withoutStore(async () => {
        await redis.kill();
        await mishaps.down();
        await redis.start();
      }),
    'Redis stopped': () =>
      mishaps.withoutStore(async () => {
        redis.pause();
        await pause(1_000 + chance() * 1_000);
        redis.resume();
      }),
    'Redis and an instance killed': () =>
      mishaps.withoutStore(async () => {
        const [, { startAgain }] = await Promise.all([redis.kill(), mishaps.killInstance(Math.floor(chance() * services))]);
        await mishaps.down();
        await redis.start();
        await startAgain();
      }),
  };
};
