/** The hand-off once more, as a program sees it that uses the SDK: from the call of `release` to the next acquire's answer. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { LeaseClient } from '../../../client/src/index.ts';
import { APART_MS, latencyOf, type Hands } from './hand-off.ts';
import { sessionKey } from './lease-requests.ts';
import type { ResultOf, Task } from './tasks.ts';

type SdkHandOffs = Extract<Task, { kind: 'sdk-hand-offs' }>;

interface Contest extends Hands {
  readonly session: string;
  readonly paceMs: number;
  readonly latenciesMs: number[];
}

const contend = async (client: LeaseClient, instance: number, contest: Contest): Promise<void> => {
  while (performance.now() < contest.endMs) {
    const lease = await client.acquire(contest.session);
    const latencyMs = latencyOf(contest, performance.now(), instance);
    if (latencyMs !== undefined) contest.latenciesMs.push(latencyMs);
    await sleep(contest.paceMs);
    contest.released = { atMs: performance.now(), instance };
    const outcome = await lease.release();
    if (outcome !== 'released') throw new Error(`a release came to ${outcome}`);
  }
};

export const sdkHandOffs = async ({ baseUrls, connections, durationMs, prefix, paceMs }: SdkHandOffs): Promise<ResultOf<SdkHandOffs>> => {
  const clients = ['gateway-1', 'gateway-2'].map((holder, index) => new LeaseClient({ baseUrl: baseUrls[index % baseUrls.length]!, holder }));
  const contest: Contest = {
    session: sessionKey(prefix, 0),
    paceMs,
    endMs: performance.now() + durationMs,
    released: undefined,
    instances: baseUrls.length,
    latenciesMs: [],
  };
  try {
    const contending = Array.from({ length: connections }, async (_, index) => {
      await sleep(index * APART_MS);
      await contend(clients[index % clients.length]!, index % baseUrls.length, contest);
    });
    await Promise.all(contending);
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
  return { latenciesMs: contest.latenciesMs };
};
