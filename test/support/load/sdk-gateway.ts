/**
 * A gateway of its own process for load: takes, holds and releases leases through the SDK in a few lanes, some of them
 * impatient, some blocked. Each look that sees a lease held goes to a file at once, so that even a killed gateway has told
 * what it believed. Started by `sdk-gateways.ts`.
 */
import { openSync, writeSync } from 'node:fs';
import { LeaseClient, LeaseEndedError, LeaseHeldError, LeaseLostError, ServiceUnavailableError, type Lease } from '../../../client/src/index.ts';
import { monotonicMs } from '../monotonic.ts';
import { pause } from '../until.ts';
import { seededChance } from './seeded-chance.ts';

const LANES = 5;
const WAIT_MS = 2_000;
/** What may come of an acquire besides a lease: contention, the network's losses, a lease that was over when its grant arrived. */
const EXPECTED = [LeaseHeldError, LeaseEndedError, LeaseLostError, ServiceUnavailableError];
const isExpected = (error: unknown): boolean => EXPECTED.some((type) => error instanceof type);

const [baseUrl = '', holder = '', seed = '', ttlText = '', looksFile = '', ...sessions] = process.argv.slice(2);
const ttlMs = Number(ttlText);
const chance = seededChance(Number(seed));
const looks = openSync(looksFile, 'a');
const client = new LeaseClient({ baseUrl, holder, ttlMs });
let stopped = false;

/** The time is taken before the look, so that a process stopped in between never claims too much. */
const look = (lease: Lease): void => {
  const atMs = monotonicMs();
  if (lease.held) writeSync(looks, `${JSON.stringify([lease.session, lease.fencingToken, atMs])}\n`);
};

const block = (lease: Lease): void => {
  const endMs = monotonicMs() + 1.5 * ttlMs;
  while (monotonicMs() < endMs) look(lease);
};

const hold = async (lease: Lease): Promise<void> => {
  look(lease);
  for (let left = Math.floor(chance() * 4); left > 0; left--) {
    await pause(chance() * 20);
    look(lease);
  }
  if (chance() < 0.003) block(lease);
  if (chance() < 0.1 && lease.held) {
    const nested = await lease.run(() => client.acquire(lease.session));
    if (nested.fencingToken !== lease.fencingToken) throw new Error('a nested acquire got another lease');
    await nested.release();
  }
};

const acquire = async (session: string): Promise<Lease | undefined> => {
  const impatient = chance() < 0.2 ? AbortSignal.timeout(Math.ceil(chance() * 100)) : undefined;
  try {
    return await client.acquire(session, { waitMs: WAIT_MS, background: chance() < 0.2, ...(impatient && { signal: impatient }) });
  } catch (error) {
    if (impatient?.aborted || isExpected(error)) return undefined;
    throw error;
  }
};

const lane = async (): Promise<void> => {
  while (!stopped) {
    const lease = await acquire(sessions[Math.floor(chance() ** 2 * sessions.length)] ?? '');
    if (!lease) continue;
    try {
      await hold(lease);
    } catch (error) {
      // Nesting under a lease that was lost is refused, as it should be.
      if (!isExpected(error)) throw error;
    }
    if (chance() < 0.97) await lease.release();
    else lease.leave(); // forgotten by its gateway: it runs out by itself
  }
};

process.stdin.resume().on('end', () => (stopped = true));
await Promise.all(Array.from({ length: LANES }, lane));
await client.close();
