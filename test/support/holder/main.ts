/**
 * A gateway of its own process: holds one lease through the SDK, looks at it every few milliseconds, and notes what it
 * sees on the clock that all processes of the machine share. Started by `spawn-holder.ts`.
 */
import { LeaseClient, StaleFencingTokenError, HoldfastError, type Lease } from '../../../client/src/index.ts';
import { monotonicMs } from '../monotonic.ts';
import type { LookAfterGap, Order, Replies, Report, Verified } from './orders.ts';

const LOOK_EVERY_MS = 5;
const GAP_MS = 500;

const [baseUrl = '', holder = ''] = process.argv.slice(2);
const client = new LeaseClient({ baseUrl, holder });

let lease: Lease | undefined;
let lookedMs = 0;
let lastHeldMs = 0;
let refusedMs: number | undefined;
const refusedCodes = new Set<string>();
let abortedMs: number | undefined;
let yieldHeardMs: number | undefined;
const gaps: LookAfterGap[] = [];

const heldLease = (): Lease => {
  if (!lease) throw new Error('nothing was acquired');
  return lease;
};

/** Looks once. The time is taken before the look, so that a process stopped in between never claims too much. */
const look = (): boolean => {
  const atMs = monotonicMs();
  const gapMs = atMs - lookedMs;
  lookedMs = atMs;
  const held = isHeld(atMs);
  if (gapMs > GAP_MS) noteGap(gapMs, held);
  return held;
};

const isHeld = (atMs: number): boolean => {
  try {
    heldLease().assertHeld();
    lastHeldMs = atMs;
    refusedMs = undefined;
    return true;
  } catch (error) {
    refusedMs ??= atMs;
    refusedCodes.add(error instanceof HoldfastError ? error.code : String(error));
    return false;
  }
};

/** Looks at the signal in the check phase that follows: behind the timers phase in which what fell due during the gap was run. */
const noteGap = (gapMs: number, held: boolean): void => {
  setImmediate(() => gaps.push({ gapMs, held, abortedInNextTimers: heldLease().signal.aborted }));
};

const report = (): Report => ({
  lastHeldMs,
  refusedMs,
  refusedCodes: [...refusedCodes],
  abortedMs,
  yieldHeardMs,
  gaps,
  wallMs: Date.now(),
});

const acquire = async ({ session, ttlMs, waitMs }: Order & { do: 'acquire' }): Promise<Replies['acquire']> => {
  lease = await client.acquire(session, { ttlMs, waitMs });
  const atMs = monotonicMs();
  lookedMs = atMs;
  lease.signal.addEventListener('abort', () => (abortedMs = monotonicMs()));
  lease.onYield(() => (yieldHeardMs = monotonicMs()));
  setInterval(look, LOOK_EVERY_MS);
  return { fencingToken: lease.fencingToken, atMs };
};

/** Busy from here to the end: no timer runs, no answer is read. */
const block = async (forMs: number): Promise<Report> => {
  const endMs = monotonicMs() + forMs;
  let held = look();
  while (monotonicMs() < endMs) held = look();
  // This runs before a check phase, with the timers phase still to come: one round of immediates is to pass first.
  setImmediate(() => noteGap(forMs, held));
  const noted = gaps.length;
  while (gaps.length === noted) await new Promise((resolve) => setTimeout(resolve, 1));
  return report();
};

const verify = async (): Promise<Verified> => {
  try {
    await heldLease().verify();
    return { verdict: 'held', code: undefined, currentToken: undefined, successor: undefined, endedBecause: undefined };
  } catch (error) {
    if (!(error instanceof StaleFencingTokenError)) throw error;
    const { name, code, currentToken, successor, endedBecause } = error;
    return { verdict: name, code, currentToken, successor: successor?.holder, endedBecause };
  }
};

const carryOut = async (order: Order): Promise<Replies[keyof Replies]> => {
  switch (order.do) {
    case 'acquire':
      return acquire(order);
    case 'block':
      return block(order.forMs);
    case 'report':
      return report();
    case 'verify':
      return verify();
    case 'release':
      return { outcome: await heldLease().release() };
  }
};

process.on('message', ({ id, order }: { id: number; order: Order }) => {
  carryOut(order).then(
    (reply) => process.send?.({ id, reply }),
    (error: unknown) => process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
// Its test ended, however that came about.
process.on('disconnect', () => process.exit(0));
