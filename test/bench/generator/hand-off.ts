/** How long a lease takes from its holder's hands into the next one's, and how many requests that costs. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { UnexpectedAnswerError, withConnections, type Connection } from './connection.ts';
import { acquireRequest, leaseIdSource, releaseRequest, renewRequest, sessionKey, type Named } from './lease-requests.ts';
import type { ResultOf, Task } from './tasks.ts';

type TaskOf<K extends Task['kind']> = Extract<Task, { kind: K }>;

const WAIT_MS = 60_000;
/** Contenders begin one after the other: the queue keeps the order in which they came, and with it the way from instance to instance. */
export const APART_MS = 10;

/** What has to be known to tell whether a grant is a hand-off that counts. */
export interface Hands {
  /** How many instances of the service the contenders are shared out among. */
  readonly instances: number;
  readonly endMs: number;
  /** The last release that was sent: when, and to which instance, by its number. */
  released: { readonly atMs: number; readonly instance: number } | undefined;
}

/** What the contenders for one session share. */
interface Contest extends Hands {
  readonly session: string;
  readonly paceMs: number;
  readonly nextLeaseId: () => string;
  readonly latenciesMs: number[];
  rounds: number;
  requests: number;
}

/** Acquires until it is granted; a wait that ran out is another request, and is counted as one. */
const acquireInTurn = async (connection: Connection, contest: Contest, lease: Named): Promise<void> => {
  for (;;) {
    contest.requests += 1;
    const { status, body } = await connection.ask(acquireRequest(lease, { waitMs: WAIT_MS }));
    if (status === 201) return;
    if (status !== 409) throw new UnexpectedAnswerError(`a waiter was answered ${status}: ${body}`);
  }
};

/**
 * How long a hand-off took, if it counts. The first grant was handed over by nobody; after the end fewer than all stand in the
 * queue; and where there are several instances, only the way from one to another is of interest.
 */
export const latencyOf = ({ instances, endMs, released }: Hands, grantedAtMs: number, instance: number): number | undefined => {
  if (released === undefined || grantedAtMs >= endMs) return undefined;
  if (instances > 1 && released.instance === instance) return undefined;
  return grantedAtMs - released.atMs;
};

const contend = async (connection: Connection, instance: number, contest: Contest): Promise<void> => {
  while (performance.now() < contest.endMs) {
    const lease = { session: contest.session, leaseId: contest.nextLeaseId() };
    await acquireInTurn(connection, contest, lease);
    const latencyMs = latencyOf(contest, performance.now(), instance);
    if (latencyMs !== undefined) contest.latenciesMs.push(latencyMs);
    contest.rounds += 1;
    contest.requests += 1;
    await connection.expect(renewRequest(lease), 200);
    await sleep(contest.paceMs);
    contest.requests += 1;
    contest.released = { atMs: performance.now(), instance };
    await connection.expect(releaseRequest(lease), 204);
  }
};

/**
 * Every contender holds, confirms, releases and queues again. When the time is up the queue is served to its end, so that
 * every request belongs to one whole round and the requests of a hand-off come out even.
 */
export const handOffs = ({ baseUrls, connections, durationMs, prefix, paceMs }: TaskOf<'hand-offs'>): Promise<ResultOf<TaskOf<'hand-offs'>>> =>
  withConnections(baseUrls, connections, async (opened) => {
    const contest: Contest = {
      session: sessionKey(prefix, 0),
      paceMs,
      endMs: performance.now() + durationMs,
      nextLeaseId: leaseIdSource(),
      instances: baseUrls.length,
      released: undefined,
      latenciesMs: [],
      rounds: 0,
      requests: 0,
    };
    const contending = opened.map(async (connection, index) => {
      await sleep(index * APART_MS);
      await contend(connection, index % baseUrls.length, contest);
    });
    await Promise.all(contending);
    const { latenciesMs, rounds, requests } = contest;
    return { latenciesMs, requestsEach: requests / rounds };
  });

/** The same pacing, but one request after the other: what a single round trip costs on this machine at this pace. */
export const paced = ({ baseUrl, durationMs, prefix, paceMs }: TaskOf<'paced'>): Promise<ResultOf<TaskOf<'paced'>>> =>
  withConnections(baseUrl, 1, async (opened) => {
    const connection = opened[0]!;
    const nextLeaseId = leaseIdSource();
    const latenciesMs: number[] = [];
    const endMs = performance.now() + durationMs;
    while (performance.now() < endMs) {
      const request = acquireRequest({ session: sessionKey(prefix, 0), leaseId: nextLeaseId() }, { waitMs: WAIT_MS });
      await sleep(paceMs);
      const sentMs = performance.now();
      const { status, body } = await connection.ask(request);
      latenciesMs.push(performance.now() - sentMs);
      if (status !== 201) throw new UnexpectedAnswerError(`a paced request was answered ${status}: ${body}`);
    }
    return { latenciesMs };
  });
