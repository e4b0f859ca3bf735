/** From the release that was sent to the lease in the next holder's hands, against one paced request to bare Fastify. */
import type { Aim } from '../aims.ts';
import type { Bench } from '../bench.ts';
import type { Measured } from '../line.ts';
import { median, pairRatios, quantile } from '../statistics.ts';

const WAITERS = 16;
const PACE_MS = 10;

interface Run {
  readonly handOffMs: readonly number[];
  readonly sdkMs: readonly number[];
  readonly pacedMs: readonly number[];
  readonly requestsEach: number;
}

const oneRun = async (bench: Bench, durationMs: number): Promise<Run> => {
  const load = { durationMs, paceMs: PACE_MS, connections: WAITERS + 1 };
  const baseUrls = bench.deployment.instances.map(({ baseUrl }) => baseUrl);
  const handOffs = await bench.generator.run({ ...load, kind: 'hand-offs', baseUrls, prefix: bench.newPrefix() });
  const sdk = await bench.generator.run({ ...load, kind: 'sdk-hand-offs', baseUrls, prefix: bench.newPrefix() });
  const paced = await bench.generator.run({ ...load, kind: 'paced', baseUrl: bench.bare.baseUrl, prefix: bench.newPrefix() });
  return { handOffMs: handOffs.latenciesMs, sdkMs: sdk.latenciesMs, pacedMs: paced.latenciesMs, requestsEach: handOffs.requestsEach };
};

/** With several instances of the service a lease is released at one of them, and its next holder waits at another. */
export const measureHandOff = async (bench: Bench, aim: Aim): Promise<Measured> => {
  const durationMs = bench.seconds * 1000;
  await oneRun(bench, durationMs);
  const runs: Run[] = [];
  for (let run = 1; run <= bench.runs; run += 1) {
    runs.push(await oneRun(bench, durationMs));
    bench.progress(`hand-off: run ${run} of ${bench.runs}`);
  }
  const handOffMs = runs.map((run) => median(run.handOffMs));
  const pacedMs = runs.map((run) => median(run.pacedMs));
  const { length: instances } = bench.deployment.instances;
  const across = instances > 1 ? ', from one instance to another' : '';
  return {
    lines: [
      { figure: `hand-off, ${WAITERS} waiters${across}`, unit: 'x paced', aim, runs: pairRatios(handOffMs, pacedMs) },
      { figure: '  hand-off, median of a run', unit: 'ms', runs: handOffMs },
      { figure: '  hand-off, 99th percentile of a run', unit: 'ms', runs: runs.map((run) => quantile(run.handOffMs, 0.99)) },
      { figure: '  hand-off by the SDK, median of a run', unit: 'ms', runs: runs.map((run) => median(run.sdkMs)) },
      { figure: '  paced request to bare, median of a run', unit: 'ms', runs: pacedMs },
      { figure: 'requests a hand-off, confirm included', unit: '', aim: { is: 'exactly', value: 3 }, runs: runs.map((run) => run.requestsEach) },
    ],
    remarks: [
      `hand-off: ${Math.min(...runs.map((run) => run.handOffMs.length))} hand-offs in the shortest run, ${PACE_MS} ms between a grant and its release; each includes one durable commit.`,
    ],
  };
};
