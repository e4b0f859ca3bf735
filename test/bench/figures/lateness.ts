/** How long after the expiry of a lease that nobody renews the waiter behind it holds the session. */
import type { Aim } from '../aims.ts';
import type { Bench } from '../bench.ts';
import type { Measured } from '../line.ts';
import { median, quantile } from '../statistics.ts';

const SESSIONS = 40;
/** The shortest TTL that the service allows unless told otherwise. */
const TTL_MS = 1_000;

export const measureLateness = async (bench: Bench, aim?: Aim): Promise<Measured> => {
  const load = { kind: 'expiries', baseUrl: bench.holdfast.baseUrl, sessions: SESSIONS, ttlMs: TTL_MS } as const;
  await bench.generator.run({ ...load, prefix: bench.newPrefix() });
  const runs: (readonly number[])[] = [];
  for (let run = 1; run <= bench.runs; run += 1) {
    runs.push((await bench.generator.run({ ...load, prefix: bench.newPrefix() })).latenessMs);
    bench.progress(`lateness: run ${run} of ${bench.runs}`);
  }
  return {
    lines: [
      { figure: 'lateness after expiry, median of a run', unit: 'ms', ...(aim && { aim }), runs: runs.map(median) },
      { figure: '  99th percentile of a run', unit: 'ms', runs: runs.map((latenessMs) => quantile(latenessMs, 0.99)) },
    ],
    remarks: [`lateness: ${SESSIONS} expiries a run, TTL ${TTL_MS} ms, counted from one TTL after the acquire was sent to the grant in the waiter's hands.`],
  };
};
