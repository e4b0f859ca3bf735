/** The app on a real port of loopback and the machine's clock, over the store without a disk. It closes with the test. */
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { buildApp, type AppParts } from '../../service/src/app.ts';
import { systemClock } from '../../service/src/clock.ts';
import type { LeaseIdHash } from '../../service/src/session/types.ts';
import { closeApp } from '../../service/src/shutdown.ts';
import { hashPayload } from './build-app.ts';
import { MemoryStore } from './memory-store.ts';

interface TestContext {
  teardown(end: () => Promise<void>): void;
}

export interface Listening {
  readonly app: FastifyInstance;
  readonly store: MemoryStore;
  readonly port: number;
  readonly baseUrl: string;
  /** The server's ends of all connections so far, in the order of their arrival. */
  readonly connections: readonly Socket[];
}

export const listeningApp = async (t: TestContext, parts: Partial<AppParts> = {}): Promise<Listening> => {
  const store = new MemoryStore(systemClock);
  const app = await buildApp({
    store,
    clock: systemClock,
    hashLeaseId: (leaseId) => `hash of ${leaseId}` as LeaseIdHash,
    hashPayload,
    instanceId: 'epoch',
    bounds: { ttlMsMin: 1_000, ttlMsMax: 3_600_000 },
    version: '0.0.0-test',
    ...parts,
  });
  const connections: Socket[] = [];
  app.server.on('connection', (socket: Socket) => connections.push(socket));
  t.teardown(async () => {
    await closeApp(app, systemClock, 1_000);
    await store.close();
  });
  const baseUrl = await app.listen({ port: 0, host: '127.0.0.1' });
  return { app, store, port: Number(new URL(baseUrl).port), baseUrl, connections };
};
