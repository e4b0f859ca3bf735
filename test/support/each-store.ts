/** Runs one test over each store that a service can be started with. */
import type { Test } from 'tap';
import { startRedisServer, type RedisServer } from './redis-server.ts';
import type { StoreSetting } from './spawn-service.ts';

/** Where the state of a test lives. */
export interface Place {
  readonly name: 'embedded' | 'redis';
  /** What a service over it is started with. */
  readonly store: StoreSetting;
  /** The Redis, where it is one. */
  readonly redis?: RedisServer;
}

const PLACES: Readonly<Record<Place['name'], (test: Test) => Promise<Place>>> = {
  embedded: async () => ({ name: 'embedded', store: 'embedded' }),
  redis: async (test) => {
    const redis = await startRedisServer(test);
    return { name: 'redis', store: { redis: redis.url }, redis };
  },
};

/** Whether the run is at full size; otherwise what costs time is done less often, above all over the second store. */
export const IS_LONG = process.env['HOLDFAST_LONG'] === '1';

/** Another one of the same kind, with nothing in it. */
export const anotherPlace = (test: Test, { name }: Place): Promise<Place> => PLACES[name](test);

type Body = (test: Test, place: Place) => Promise<void>;

const overPlaces = (t: Test, names: readonly Place['name'][], says: string, body: Body): void => {
  for (const name of names) void t.test(`${name}: ${says}`, async (test) => body(test, await PLACES[name](test)));
};

/** The whole body of a test runs over each store, in a place of its own. */
export const eachStore = (t: Test, says: string, body: Body): void => overPlaces(t, ['embedded', 'redis'], says, body);

/** The same where another test does as much over Redis: in the ordinary size this one is about the embedded store. */
export const eachStoreInFull = (t: Test, says: string, body: Body): void => (IS_LONG ? eachStore(t, says, body) : overPlaces(t, ['embedded'], says, body));
