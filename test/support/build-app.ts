/** The real app over the store without a disk, on a clock that the test moves. It closes with the test. */
import { hash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { staticKeyAccess } from '../../service/src/access/access.ts';
import { buildApp, type AppParts } from '../../service/src/app.ts';
import type { LeaseIdHash, PayloadHash } from '../../service/src/session/types.ts';
import { FakeClock } from './fake-clock.ts';
import { MemoryStore } from './memory-store.ts';

interface TestContext {
  teardown(end: () => Promise<void>): void;
  fail(message: string): void;
}

export interface Built {
  readonly app: FastifyInstance;
  readonly store: MemoryStore;
  readonly clock: FakeClock;
}

export const hashPayload = (contentType: string, payload: string): PayloadHash => hash('sha256', `${contentType}\n${payload}`) as PayloadHash;

/** Every problem that an operation answers with must be among those that it declares, whatever the test is about. */
const watchProblems = (t: TestContext, app: FastifyInstance): void => {
  app.addHook('onSend', async (request, reply, payload) => {
    const { errors } = request.routeOptions.config;
    if (reply.statusCode < 400 || errors === undefined || typeof payload !== 'string') return;
    const { code } = JSON.parse(payload);
    if (!errors.includes(code)) t.fail(`${request.method} ${request.routeOptions.url} answered ${code}, which it does not declare`);
  });
};

export interface BuildOptions extends Partial<Omit<AppParts, 'store' | 'clock'>> {
  /** The one static key. */
  readonly apiKey?: string;
  /** Adds to the app what a test needs there before it is ready. */
  readonly prepare?: (app: FastifyInstance) => void;
}

export const buildTestApp = async (t: TestContext, { prepare, apiKey, ...parts }: BuildOptions = {}): Promise<Built> => {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  const app = await buildApp({
    hashLeaseId: (leaseId) => `hash of ${leaseId}` as LeaseIdHash,
    hashPayload,
    instanceId: 'epoch',
    bounds: { ttlMsMin: 1_000, ttlMsMax: 3_600_000 },
    version: '0.0.0-test',
    ...(apiKey !== undefined && { access: staticKeyAccess(apiKey) }),
    ...parts,
    store,
    clock,
  });
  watchProblems(t, app);
  prepare?.(app);
  t.teardown(async () => {
    await app.close();
    await store.close();
  });
  await app.ready();
  return { app, store, clock };
};
