/** Runs one test over each store that a service can be started with. */
import type { Test } from 'tap';
import { startQuorumServers } from './quorum-servers.ts';
import { startRedisServer, type RedisServer } from './redis-server.ts';
import type { StoreSetting } from './spawn-service.ts';

/** What a test does to them. */
export interface RedisProcesses extends Pick<RedisServer, 'kill' | 'pause' | 'resume'> {
  start(): Promise<unknown>;
}

const together = (nodes: readonly RedisServer[]): RedisProcesses => ({
  kill: async () => void (await Promise.all(nodes.map((node) => node.kill()))),
  start: () => Promise.all(nodes.map((node) => node.start())),
  pause: () => nodes.forEach((node) => node.pause()),
  resume: () => nodes.forEach((node) => node.resume()),
});

/** Where the state of a test lives. */
export interface Place {
  readonly name: 'embedded' | 'redis' | 'quorum';
  /** What a service over it is started with. */
  readonly store: StoreSetting;
  /** The Redis, where it is one, or a quorum of them, which is killed and stopped as a whole. */
  readonly redis?: RedisProcesses;
}

const PLACES: Readonly<Record<Place['name'], (test: Test) => Promise<Place>>> = {
  embedded: async () => ({ name: 'embedded', store: 'embedded' }),
  redis: async (test) => {
    const redis = await startRedisServer(test);
    return { name: 'redis', store: { redis: redis.url }, redis };
  },
  quorum: async (test) => {
    const { nodes, url } = await startQuorumServers(test);
    return { name: 'quorum', store: { redis: url }, redis: together(nodes) };
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

const ALL = ['embedded', 'redis', 'quorum'] as const;

/** The whole body of a test runs over each store, in a place of its own; over the quorum at full size. */
export const eachStore = (t: Test, says: string, body: Body): void => overPlaces(t, IS_LONG ? ALL : ['embedded', 'redis'], says, body);

/** The same where another test does as much over Redis: in the ordinary size this one is about the embedded store. */
export const eachStoreInFull = (t: Test, says: string, body: Body): void => overPlaces(t, IS_LONG ? ALL : ['embedded'], says, body);
