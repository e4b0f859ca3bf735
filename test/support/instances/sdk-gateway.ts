/**
 * Several gateways over the SDK in one process, each a client of its own that knows all instances: they take leases, run turns, and the first of them
 * is a courier too. Each look that sees a lease held goes to a file at once, so that even a killed process has told what it believed.
 */
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { LeaseClient, LeaseEndedError, LeaseHeldError, LeaseLostError, ServiceUnavailableError, StaleFencingTokenError, type Lease } from '../../../client/src/index.ts';
import { seededChance } from '../load/seeded-chance.ts';
import { monotonicMs } from '../monotonic.ts';
import { record } from '../reply-run/recording.ts';
import { pause } from '../until.ts';
import { pickSession } from './pick-session.ts';

export interface SdkGatewaySettings {
  readonly name: string;
  readonly gateways: number;
  readonly baseUrls: readonly string[];
  readonly channelUrl: string;
  readonly folder: string;
  readonly looksFile: string;
  readonly sessions: readonly string[];
  readonly ttlMs: number;
  readonly seed: number;
}

const WAIT_MS = 3_000;
const IS_TURN = 0.3;
const COURIER_POLL_MS = 500;
/** As the raw gateways do. */
const RESTS_MS_MAX = 600;
/** What may come of a lease or a turn besides its success: contention, faults, a lease that was over when its grant arrived. */
const EXPECTED = [LeaseHeldError, LeaseEndedError, LeaseLostError, ServiceUnavailableError, StaleFencingTokenError];
const isExpected = (error: unknown): boolean => EXPECTED.some((type) => error instanceof type);

const settings = JSON.parse(process.argv[2] ?? '{}') as SdkGatewaySettings;
const { name, gateways, baseUrls, folder, looksFile, sessions, ttlMs, seed } = settings;
const chance = seededChance(seed);
const looks = openSync(looksFile, 'a');
const { handlers, log, onCheckpoint } = record(settings);
let stopped = false;

/** The time is taken before the look, so that a process stopped in between never claims too much. */
const look = (lease: Lease): void => {
  const atMs = monotonicMs();
  if (lease.held) writeSync(looks, `${JSON.stringify([lease.session, lease.fencingToken, atMs])}\n`);
};

const hold = async (lease: Lease): Promise<void> => {
  look(lease);
  for (let left = Math.floor(chance() * 4); left > 0; left -= 1) {
    await pause(chance() * 40);
    look(lease);
  }
};

const takeLease = async (client: LeaseClient, session: string): Promise<void> => {
  const impatient = chance() < 0.1 ? AbortSignal.timeout(Math.ceil(chance() * 300)) : undefined;
  let lease: Lease;
  try {
    lease = await client.acquire(session, { waitMs: WAIT_MS, background: chance() < 0.15, ...(impatient && { signal: impatient }) });
  } catch (error) {
    if (impatient?.aborted) return;
    throw error;
  }
  await hold(lease);
  if (chance() < 0.97) await lease.release();
  else lease.leave(); // forgotten by its gateway: it runs out by itself
};

const runTurn = async (client: LeaseClient, session: string, replyId: string): Promise<void> => {
  const generate = async ({ lease }: { readonly lease: Lease }): Promise<string> => {
    await hold(lease);
    const text = `answer ${replyId}`;
    log({ what: 'generated', session, replyId, text });
    return text;
  };
  const { outcome } = await client.turn<string>(session, { generate, ...handlers }, { replyId, waitMs: WAIT_MS });
  log({ what: 'ended', session, replyId, outcome });
};

const lane = async (client: LeaseClient, gateway: number): Promise<void> => {
  for (let turn = 0; !stopped; turn += 1) {
    const session = pickSession(sessions, chance);
    try {
      if (chance() < IS_TURN) await runTurn(client, session, `${name}-${gateway}-${turn}`);
      else await takeLease(client, session);
    } catch (error) {
      if (!isExpected(error)) throw error;
    }
    await pause(chance() * RESTS_MS_MAX);
  }
};

/** Each begins at another instance. */
const clients = Array.from({ length: gateways }, (_, gateway) => {
  const first = gateway % baseUrls.length;
  const own = [...baseUrls.slice(first), ...baseUrls.slice(0, first)];
  return new LeaseClient({ baseUrls: own, holder: `${name}-${gateway}`, ttlMs, onCheckpoint, spoolFolder: join(folder, 'spool') });
});
// What keeps it from its work is what the run is about; it goes on trying.
clients[0]?.courier(handlers, { pollMs: COURIER_POLL_MS, onError: () => {} });
process.stdin.resume().on('end', () => (stopped = true));
await Promise.all(clients.map(lane));
await Promise.all(clients.map((client) => client.close()));
