/** Several instances of the real app over one store in memory, over real sockets, on one clock that the test moves. All of it closes with the test. */
import type { Socket } from 'node:net';
import { LeaseClient, type LeaseClientOptions } from '../../client/src/index.ts';
import { buildApp } from '../../service/src/app.ts';
import type { LeaseStore } from '../../service/src/session/store.ts';
import type { LeaseIdHash } from '../../service/src/session/types.ts';
import { hashPayload } from './build-app.ts';
import { FakeClock } from './fake-clock.ts';
import { InstanceStore } from './instance-store.ts';
import { MemoryStore } from './memory-store.ts';
import { pumped } from './pumped.ts';
import { until } from './until.ts';

interface TestContext {
  teardown(end: () => Promise<void>): void;
}

export interface Instance {
  readonly baseUrl: string;
  /** Method and path of every request that has arrived. */
  readonly requests: string[];
  /** Cuts it off from the store, though it runs on. */
  cutOff(): void;
  /** Nothing that it does reaches anybody any more, and its connections do not show it yet. */
  wedge(): void;
  /** Ends it as SIGKILL does: its connections are reset, nobody listens, and nothing that it was about to do is done. */
  kill(): void;
  /** Closes it in good order, as SIGTERM does. */
  stop(): Promise<void>;
}

let instances = 0;

/** @param port where it listens; a free one unless given */
export const startInstance = async (t: TestContext, shared: LeaseStore, clock: FakeClock, port = 0): Promise<Instance> => {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const store = new InstanceStore(shared);
  instances += 1;
  const app = await buildApp({
    store,
    clock,
    hashLeaseId: (leaseId) => `hash of ${leaseId}` as LeaseIdHash,
    hashPayload,
    instanceId: `instance${instances}`,
    bounds: { ttlMsMin: 1_000, ttlMsMax: 3_600_000 },
    version: '0.0.0-test',
  });
  app.addHook('onRequest', async ({ method, url }) => void requests.push(`${method} ${url}`));
  app.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const baseUrl = await app.listen({ port, host: '127.0.0.1' });
  const stop = async (): Promise<void> => {
    const closed = app.close();
    for (const socket of sockets) socket.destroySoon();
    await closed;
  };
  t.teardown(stop);
  const cutOff = (): void => void (store.isCutOff = true);
  const wedge = (): void => store.end();
  const kill = (): void => {
    wedge();
    app.server.close();
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return { baseUrl, requests, cutOff, wedge, kill, stop };
};

export interface InstancesOnStore {
  readonly clock: FakeClock;
  readonly store: MemoryStore;
  readonly instances: readonly [Instance, Instance, Instance];
  /** A client of all of them; the first instance is the one that it begins with. */
  client(holder: string, options?: Partial<LeaseClientOptions>): LeaseClient;
  /** Moves time on in small steps until it is so. */
  passing(what: string, isSo: () => boolean | Promise<boolean>): Promise<void>;
}

export const instancesOnStore = async (t: TestContext): Promise<InstancesOnStore> => {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  const start = (): Promise<Instance> => startInstance(t, store, clock);
  const started = [await start(), await start(), await start()] as const;
  const client: InstancesOnStore['client'] = (holder, options = {}) => {
    const made = new LeaseClient({ baseUrls: started.map(({ baseUrl }) => baseUrl), holder, clock, random: () => 0, ...options });
    t.teardown(() => pumped(clock, made.close()));
    return made;
  };
  const passing: InstancesOnStore['passing'] = async (what, isSo) => {
    await until(what, async () => {
      await clock.advanceAsync(200, 20);
      return isSo();
    });
  };
  return { clock, store, instances: started, client, passing };
};
