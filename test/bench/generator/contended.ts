/** Holdfast beside plain redlock: pairs that nobody contends for, and a session that many want at once. */
import { performance } from 'node:perf_hooks';
import { Redis } from 'ioredis';
import Redlock from 'redlock';
import { UnexpectedAnswerError, withConnections } from './connection.ts';
import { acquireRequest, leaseIdSource, releaseRequest, sessionKey, TTL_MS } from './lease-requests.ts';
import { measureRate } from './rate.ts';
import type { PassedOn, ResultOf, Task } from './tasks.ts';

type TaskOf<K extends Task['kind']> = Extract<Task, { kind: K }>;

const WAIT_MS = 60_000;
/** As many as the pairs of Holdfast go round. */
const SESSIONS_EACH = 256;
/** Redlock's own delays, and no end of retries: a contender goes on until it has it, as one that waits at Holdfast does. */
const UNTIL_LOCKED = { retryCount: -1 };

/** Takes it and gives it back. */
type Turn = (onGranted: () => void) => Promise<void>;

/** Whoever has had it wants it again at once. */
const contend = async (turns: readonly Turn[], durationMs: number): Promise<PassedOn> => {
  const startMs = performance.now();
  const endMs = startMs + durationMs;
  let [grants, handOffs, last] = [0, 0, -1];
  const granted = (contender: number): void => {
    if (performance.now() >= endMs) return;
    grants += 1;
    if (last !== contender) handOffs += 1;
    last = contender;
  };
  await Promise.all(
    turns.map(async (turn, contender) => {
      while (performance.now() < endMs) await turn(() => granted(contender));
    }),
  );
  return { handOffs, grants, elapsedMs: durationMs };
};

export const contended = ({ baseUrl, contenders, durationMs, prefix }: TaskOf<'contended'>): Promise<ResultOf<TaskOf<'contended'>>> =>
  withConnections(baseUrl, contenders, (opened) => {
    const nextLeaseId = leaseIdSource();
    const turns = opened.map((connection): Turn => async (onGranted) => {
      const lease = { session: sessionKey(prefix, 0), leaseId: nextLeaseId() };
      const { status, body } = await connection.ask(acquireRequest(lease, { waitMs: WAIT_MS }));
      if (status !== 201) throw new UnexpectedAnswerError(`a waiter was answered ${status}: ${body}`);
      onGranted();
      await connection.expect(releaseRequest(lease), 204);
    });
    return contend(turns, durationMs);
  });

const withRedlock = async <T>(urls: readonly string[], options: Redlock.Options, use: (redlock: Redlock) => Promise<T>): Promise<T> => {
  const clients = urls.map((url) => new Redis(url));
  try {
    // Its types know of callbacks alone; ioredis takes them too.
    const redlock = new Redlock(clients as unknown as Redlock.Client[], options);
    redlock.on('clientError', () => {}); // a vote that was not given; the lock fails, or does not, as a whole
    return await use(redlock);
  } finally {
    for (const client of clients) client.disconnect();
  }
};

export const redlockContended = ({ urls, contenders, durationMs, prefix }: TaskOf<'redlock-contended'>): Promise<ResultOf<TaskOf<'redlock-contended'>>> =>
  withRedlock(urls, UNTIL_LOCKED, (redlock) => {
    const turn: Turn = async (onGranted) => {
      const lock = await redlock.lock(sessionKey(prefix, 0), TTL_MS);
      onGranted();
      await lock.unlock();
    };
    return contend(Array.from({ length: contenders }, () => turn), durationMs);
  });

export const redlockPairs = ({ urls, connections, durationMs, prefix }: TaskOf<'redlock-pairs'>): Promise<ResultOf<TaskOf<'redlock-pairs'>>> =>
  withRedlock(urls, { retryCount: 0 }, (redlock) =>
    measureRate(
      durationMs,
      Array.from({ length: connections }, (_, index) => {
        let round = 0;
        return async () => {
          const lock = await redlock.lock(sessionKey(prefix, index * SESSIONS_EACH + (round++ % SESSIONS_EACH)), TTL_MS);
          await lock.unlock();
          return 1;
        };
      }),
    ),
  );
