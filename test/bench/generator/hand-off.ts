/** How long a lease takes from its holder's hands into the next one's, and how many requests that costs. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { UnexpectedAnswerError, withConnections, type Connection } from './connection.ts';
import { acquireRequest, leaseIdSource, releaseRequest, renewRequest, sessionKey, type Named } from './lease-requests.ts';
import type { ResultOf, Task } from './tasks.ts';

type TaskOf<K extends Task['kind']> = Extract<Task, { kind: K }>;

const WAIT_MS = 60_000;

/** What the contenders for one session share. */
interface Contest {
  readonly session: string;
  readonly paceMs: number;
  readonly endMs: number;
  readonly nextLeaseId: () => string;
  /** When the last release was sent. */
  releasedAtMs: number | undefined;
  readonly latenciesMs: number[];
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

const contend = async (connection: Connection, contest: Contest): Promise<void> => {
  while (performance.now() < contest.endMs) {
    const lease = { session: contest.session, leaseId: contest.nextLeaseId() };
    await acquireInTurn(connection, contest, lease);
    // The first grant was handed over by nobody; the last ones come after the time is up.
    if (contest.releasedAtMs !== undefined) contest.latenciesMs.push(performance.now() - contest.releasedAtMs);
    contest.requests += 1;
    await connection.expect(renewRequest(lease), 200);
    await sleep(contest.paceMs);
    contest.requests += 1;
    contest.releasedAtMs = performance.now();
    await connection.expect(releaseRequest(lease), 204);
  }
};

/**
 * Every contender holds, confirms, releases and queues again. When the time is up the queue is served to its end, so that
 * every request belongs to one whole round and the requests of a hand-off come out even.
 */
export const handOffs = ({ baseUrl, connections, durationMs, prefix, paceMs }: TaskOf<'hand-offs'>): Promise<ResultOf<TaskOf<'hand-offs'>>> =>
  withConnections(baseUrl, connections, async (opened) => {
    const contest: Contest = {
      session: sessionKey(prefix, 0),
      paceMs,
      endMs: performance.now() + durationMs,
      nextLeaseId: leaseIdSource(),
      releasedAtMs: undefined,
      latenciesMs: [],
      requests: 0,
    };
    await Promise.all(opened.map((connection) => contend(connection, contest)));
    const { latenciesMs, requests } = contest;
    // While the last ones are served fewer than all stand in the queue; their latencies are left out.
    return { latenciesMs: latenciesMs.slice(0, -connections), requestsEach: requests / (latenciesMs.length + 1) };
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
