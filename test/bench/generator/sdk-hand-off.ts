/** The hand-off once more, as a program sees it that uses the SDK: from the call of `release` to the next acquire's answer. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { LeaseClient } from '../../../client/src/index.ts';
import { sessionKey } from './lease-requests.ts';
import type { ResultOf, Task } from './tasks.ts';

type SdkHandOffs = Extract<Task, { kind: 'sdk-hand-offs' }>;

interface Contest {
  readonly session: string;
  readonly paceMs: number;
  readonly endMs: number;
  releasedAtMs: number | undefined;
  readonly latenciesMs: number[];
}

const contend = async (client: LeaseClient, contest: Contest): Promise<void> => {
  while (performance.now() < contest.endMs) {
    const lease = await client.acquire(contest.session);
    if (contest.releasedAtMs !== undefined) contest.latenciesMs.push(performance.now() - contest.releasedAtMs);
    await sleep(contest.paceMs);
    contest.releasedAtMs = performance.now();
    const outcome = await lease.release();
    if (outcome !== 'released') throw new Error(`a release came to ${outcome}`);
  }
};

export const sdkHandOffs = async ({ baseUrl, connections, durationMs, prefix, paceMs }: SdkHandOffs): Promise<ResultOf<SdkHandOffs>> => {
  const clients = ['gateway-1', 'gateway-2'].map((holder) => new LeaseClient({ baseUrl, holder }));
  const contest: Contest = { session: sessionKey(prefix, 0), paceMs, endMs: performance.now() + durationMs, releasedAtMs: undefined, latenciesMs: [] };
  try {
    await Promise.all(Array.from({ length: connections }, (_, index) => contend(clients[index % clients.length]!, contest)));
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
  // As with plain requests: fewer than all stand in the queue at the end.
  return { latenciesMs: contest.latenciesMs.slice(0, -connections) };
};
