/** The testing kit: the real service in process, in memory, on a clock that a test moves, with the faults that a gateway has to survive. */
import { randomBytes } from 'node:crypto';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { staticKeyAccess } from './access/access.ts';
import { buildApp } from './app.ts';
import { systemClock } from './clock.ts';
import { TTL_MS_LIMIT, TTL_MS_MAX_DEFAULT, TTL_MS_MIN_DEFAULT } from './config.ts';
import { hashLeaseId, hashPayload } from './hashes.ts';
import { EmbeddedStore } from './stores/embedded/embedded-store.ts';
import { load } from './stores/embedded/loading.ts';
import { checkSpan } from './testing/checks.ts';
import { Faults } from './testing/faults.ts';
import { Holdfast } from './testing/holdfast.ts';
import { memoryWriter } from './testing/memory-writer.ts';
import { OffsetClock } from './testing/offset-clock.ts';
import { Quiet } from './testing/quiet.ts';
import { SessionEnds } from './testing/session-ends.ts';
import { VERSION } from './version.ts';

export type { ForeignLease, Holdfast, TakeOverOptions } from './testing/holdfast.ts';
export type { LostAnswer, RequestMatch } from './testing/lost-answers.ts';
export type { TestClock, TestTimer } from './testing/offset-clock.ts';
export type { EndedLease } from './testing/session-ends.ts';

/** How {@link startHoldfast} is told to start. */
export interface StartOptions {
  /** The smallest TTL that a caller may ask for, in milliseconds. Default 1,000. */
  readonly ttlMsMin?: number;
  /** The largest, in milliseconds. Default 3,600,000. */
  readonly ttlMsMax?: number;
  /** The key that callers must show. Default: none is asked for. */
  readonly apiKey?: string;
  /** Where the service's log goes, such as a pino logger. Default: nowhere. */
  readonly log?: FastifyBaseLogger;
}

/**
 * Starts a service for a test: the real one, with its real rules and its real HTTP on a free port of 127.0.0.1, its store in memory.
 * Many can run in one process, and know nothing of each other. Until it is closed it keeps the process alive.
 * @throws RangeError names the option that is wrong
 * @example
 * const holdfast = await startHoldfast();
 * const client = new LeaseClient({ baseUrl: holdfast.url, clock: holdfast.clock, holder: 'gateway-1' });
 * const lease = await client.acquire('agent:main:feishu:oc_1');
 * const rival = await holdfast.takeOver('agent:main:feishu:oc_1');   // while gateway-1 generates
 * await holdfast.advance(1_000);
 * lease.signal.reason;                                               // LeaseLostError: rival.holder came after
 * await client.close();
 * await holdfast.close();
 */
export const startHoldfast = async (options: StartOptions = {}): Promise<Holdfast> => {
  const { ttlMsMin = Math.min(TTL_MS_MIN_DEFAULT, options.ttlMsMax ?? Infinity), ttlMsMax = TTL_MS_MAX_DEFAULT, apiKey, log } = options;
  checkSpan('ttlMsMax', ttlMsMax, 1, TTL_MS_LIMIT);
  checkSpan('ttlMsMin', ttlMsMin, 1, ttlMsMax);

  const clock = new OffsetClock(systemClock);
  const quiet = new Quiet(systemClock);
  const writer = memoryWriter(`testing-${randomBytes(8).toString('hex')}`, () => quiet.note());
  const loaded = await load(writer, clock.service);
  const store = new EmbeddedStore({
    clock: clock.service,
    writer,
    loaded,
    onFatal: (error) => {
      // A database in memory does not fail; if it does, no test result is worth anything.
      throw error;
    },
  });
  const app = await buildApp({
    store,
    clock: clock.service,
    hashLeaseId,
    hashPayload,
    instanceId: randomBytes(8).toString('hex'),
    bounds: { ttlMsMin, ttlMsMax },
    version: VERSION,
    access: apiKey === undefined ? undefined : staticKeyAccess(apiKey),
    log,
  });
  const faults = new Faults(app, quiet);
  const ends = new SessionEnds({ table: loaded.table, store, clock: clock.service });
  const mintLeaseId = (): string => randomBytes(24).toString('base64url');
  const url = await listen(app, store);
  return new Holdfast({ url, clock, quiet, faults, ends, mintLeaseId, stop: () => stop(app, store) });
};

const stop = async (app: FastifyInstance, store: EmbeddedStore): Promise<void> => {
  await app.close();
  await store.close();
};

const listen = async (app: FastifyInstance, store: EmbeddedStore): Promise<string> => {
  try {
    return await app.listen({ host: '127.0.0.1', port: 0 });
  } catch (error) {
    await stop(app, store);
    throw error;
  }
};
