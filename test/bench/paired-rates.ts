/** Rates of the two servers, measured in turns: A B A B …, so that both see the same machine. */
import type { Bench } from './bench.ts';
import type { Rate, Task } from './generator/tasks.ts';
import type { Server } from './processes/servers.ts';
import { mainThreadCpuMs } from './process-usage.ts';
import { median } from './statistics.ts';

type RateTask = Extract<Task, { kind: 'pairs' | 'renewals' | 'batches' }>;
/** A load without what is filled in for each run. */
export type RateLoad = RateTask extends infer T ? (T extends RateTask ? Omit<T, 'baseUrl' | 'durationMs' | 'prefix'> : never) : never;

/** One server under one load, run after run. */
export interface Side {
  readonly perSecond: readonly number[];
  /** Parts of the time, 0 to 1, run by run. */
  readonly generatorBusy: readonly number[];
  readonly serverBusy: readonly number[];
}

interface Measured {
  readonly perSecond: number;
  readonly generatorBusy: number;
  readonly serverBusy: number;
}

const WARM_UP_MS = 1_500;
/** An event loop that is idle for less than this part of the time has no room left. */
const BUSY_WHEN_FULL = 0.97;

const measure = async (bench: Bench, server: Server, load: RateLoad, durationMs: number): Promise<Measured> => {
  const cpuBeforeMs = await mainThreadCpuMs(server.pid);
  const startMs = performance.now();
  const { done, elapsedMs, generatorBusy }: Rate = await bench.generator.run({ ...load, baseUrl: server.baseUrl, durationMs, prefix: bench.newPrefix() });
  // Preparing a load takes time too, and the server works then.
  const serverBusy = ((await mainThreadCpuMs(server.pid)) - cpuBeforeMs) / (performance.now() - startMs);
  return { perSecond: (1000 * done) / elapsedMs, generatorBusy, serverBusy };
};

const side = (runs: readonly Measured[]): Side => ({
  perSecond: runs.map(({ perSecond }) => perSecond),
  generatorBusy: runs.map(({ generatorBusy }) => generatorBusy),
  serverBusy: runs.map(({ serverBusy }) => serverBusy),
});

/** Measures Holdfast under one load and the bare server under another, in turns. */
export const pairedRates = async (bench: Bench, onHoldfast: RateLoad, onBare: RateLoad): Promise<{ holdfast: Side; bare: Side }> => {
  await measure(bench, bench.holdfast, onHoldfast, WARM_UP_MS);
  await measure(bench, bench.bare, onBare, WARM_UP_MS);
  const holdfast: Measured[] = [];
  const bare: Measured[] = [];
  for (let run = 1; run <= bench.runs; run += 1) {
    holdfast.push(await measure(bench, bench.holdfast, onHoldfast, bench.seconds * 1000));
    bare.push(await measure(bench, bench.bare, onBare, bench.seconds * 1000));
    bench.progress(`${onHoldfast.kind}: run ${run} of ${bench.runs}`);
  }
  return { holdfast: side(holdfast), bare: side(bare) };
};

const percent = (parts: readonly number[]): string => `${Math.round(100 * median(parts))} %`;

/** Says how busy everybody was, and whose limit was measured. */
export const busyRemark = (what: string, sides: { holdfast: Side; bare: Side }): string => {
  const told = (name: string, { serverBusy, generatorBusy }: Side): string =>
    `${name} main thread ${percent(serverBusy)}, generator's event loop ${percent(generatorBusy)}`;
  const full = median(sides.bare.generatorBusy) >= BUSY_WHEN_FULL;
  const warning = full ? ' THE GENERATOR IS THE LIMIT of the bare server here, so the ratio flatters Holdfast.' : '';
  return `${what}, busy: ${told('bare', sides.bare)}; ${told('Holdfast', sides.holdfast)}.${warning}`;
};
