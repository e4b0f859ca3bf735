/** How late a waiter gets a lease whose holder has stopped renewing. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { UnexpectedAnswerError, withConnections, type Connection } from './connection.ts';
import { acquireRequest, leaseIdSource, sessionKey, type Named } from './lease-requests.ts';
import type { ResultOf, Task } from './tasks.ts';

type Expiries = Extract<Task, { kind: 'expiries' }>;

/** Expiries fall this far apart, so that each is a commit of its own. */
const APART_MS = 20;
const WAIT_MS = 60_000;

interface Grant {
  readonly previous?: { readonly endedBecause: string };
}

const acquire = async (connection: Connection, lease: Named, more: { ttlMs: number; waitMs?: number }): Promise<Grant> => {
  const { status, body } = await connection.ask(acquireRequest(lease, more));
  if (status !== 201) throw new UnexpectedAnswerError(`an acquire was answered ${status}: ${body}`);
  return JSON.parse(body) as Grant;
};

/**
 * The lateness as a waiter sees it: from the latest moment at which the holder may believe in its lease, one TTL after its
 * acquire was *sent*, to the grant in the waiter's hands. The service received the acquire later than it was sent, so the
 * true lateness is smaller than what is told, by that trip.
 */
const oneExpiry = async (connection: Connection, session: string, ttlMs: number, nextLeaseId: () => string): Promise<number> => {
  const sentMs = performance.now();
  await acquire(connection, { session, leaseId: nextLeaseId() }, { ttlMs });
  const { previous } = await acquire(connection, { session, leaseId: nextLeaseId() }, { ttlMs, waitMs: WAIT_MS });
  const grantedMs = performance.now();
  if (previous?.endedBecause !== 'expired') throw new UnexpectedAnswerError(`the lease before ended by ${previous?.endedBecause}, not by time`);
  return grantedMs - (sentMs + ttlMs);
};

export const expiries = ({ baseUrl, prefix, sessions, ttlMs }: Expiries): Promise<ResultOf<Expiries>> =>
  withConnections(baseUrl, sessions, async (opened) => {
    const nextLeaseId = leaseIdSource();
    const waits = opened.map(async (connection, index) => {
      await sleep(index * APART_MS);
      return oneExpiry(connection, sessionKey(prefix, index), ttlMs, nextLeaseId);
    });
    return { latenessMs: await Promise.all(waits) };
  });
