/** Rates of the two servers, measured in turns: A B A B …, so that both see the same machine. */
import type { Bench } from './bench.ts';
import type { Rate, Task } from './generator/tasks.ts';
import { machineCpuMs, mainThreadCpuMs } from './process-usage.ts';
import type { Server } from './processes/servers.ts';
import { median } from './statistics.ts';
import { shown } from './table.ts';

type RateTask = Extract<Task, { kind: 'pairs' | 'renewals' | 'batches' }>;
/** A load without what is filled in for each run. */
export type RateLoad = RateTask extends infer T ? (T extends RateTask ? Omit<T, 'baseUrl' | 'durationMs' | 'prefix'> : never) : never;

interface Measured {
  readonly perSecond: number;
  /** Parts of the time, 0 to 1. */
  readonly generatorBusy: number;
  readonly machineBusy: number;
  /** Of each watched main thread, by name. */
  readonly busy: Readonly<Record<string, number>>;
  /** Processor time of each for one unit of work; unlike rates it hardly depends on who else uses the machine. */
  readonly microsecondsEach: Readonly<Record<string, number>>;
}

/** One server under one load, run after run. */
export interface Side {
  readonly perSecond: readonly number[];
  readonly runs: readonly Measured[];
}

/** Who works for one side, by name. */
type Watched = Readonly<Record<string, number>>;

const WARM_UP_MS = 1_500;
/** An event loop that is idle for less than this part of the time has no room left; nor has a machine. */
const BUSY_WHEN_FULL = 0.97;

const cpuOf = async (watched: Watched): Promise<Record<string, number>> =>
  Object.fromEntries(await Promise.all(Object.entries(watched).map(async ([name, pid]) => [name, await mainThreadCpuMs(pid)] as const)));

const measure = async (bench: Bench, server: Server, watched: Watched, load: RateLoad, durationMs: number): Promise<Measured> => {
  const before = await cpuOf(watched);
  const machineBeforeMs = machineCpuMs();
  const startMs = performance.now();
  const { done, elapsedMs, generatorBusy }: Rate = await bench.generator.run({ ...load, baseUrl: server.baseUrl, durationMs, prefix: bench.newPrefix() });
  // Preparing a load takes time too, and the server works then.
  const spanMs = performance.now() - startMs;
  const machineBusy = (machineCpuMs() - machineBeforeMs) / spanMs;
  const usedMs = Object.entries(await cpuOf(watched)).map(([name, cpuMs]) => [name, cpuMs - before[name]!] as const);
  return {
    perSecond: (1000 * done) / elapsedMs,
    generatorBusy,
    machineBusy,
    busy: Object.fromEntries(usedMs.map(([name, cpuMs]) => [name, cpuMs / spanMs])),
    microsecondsEach: Object.fromEntries(usedMs.map(([name, cpuMs]) => [name, (1000 * cpuMs) / done])),
  };
};

const side = (runs: readonly Measured[]): Side => ({ perSecond: runs.map(({ perSecond }) => perSecond), runs });

/** Measures Holdfast under one load and the bare server under another, in turns. */
export const pairedRates = async (bench: Bench, onHoldfast: RateLoad, onBare: RateLoad): Promise<{ holdfast: Side; bare: Side }> => {
  const { redis } = bench.deployment;
  const behindHoldfast = { 'Holdfast main thread': bench.holdfast.pid, ...(redis && { 'Redis main thread': redis.pid }) };
  const behindBare = { 'main thread': bench.bare.pid };
  await measure(bench, bench.holdfast, behindHoldfast, onHoldfast, WARM_UP_MS);
  await measure(bench, bench.bare, behindBare, onBare, WARM_UP_MS);
  const holdfast: Measured[] = [];
  const bare: Measured[] = [];
  for (let run = 1; run <= bench.runs; run += 1) {
    holdfast.push(await measure(bench, bench.holdfast, behindHoldfast, onHoldfast, bench.seconds * 1000));
    bare.push(await measure(bench, bench.bare, behindBare, onBare, bench.seconds * 1000));
    bench.progress(`${onHoldfast.kind}: run ${run} of ${bench.runs}`);
  }
  return { holdfast: side(holdfast), bare: side(bare) };
};

const percent = (parts: readonly number[]): string => `${Math.round(100 * median(parts))} %`;

const told = (name: string, { runs }: Side): string => {
  const threads = Object.keys(runs[0]?.busy ?? {}).map((thread) => {
    const microseconds = shown(median(runs.map(({ microsecondsEach }) => microsecondsEach[thread]!)));
    return `${thread} ${percent(runs.map(({ busy }) => busy[thread]!))} (${microseconds} µs each)`;
  });
  const generator = `generator's event loop ${percent(runs.map(({ generatorBusy }) => generatorBusy))}`;
  return `${name}: ${[...threads, generator].join(', ')}, all cores ${percent(runs.map(({ machineBusy }) => machineBusy))}`;
};

/** Says how busy everybody was, and whose limit was measured. */
export const busyRemark = (what: string, { holdfast, bare }: { holdfast: Side; bare: Side }): string => {
  const isFull = (parts: readonly number[]): boolean => median(parts) >= BUSY_WHEN_FULL;
  const generator = isFull(bare.runs.map(({ generatorBusy }) => generatorBusy)) ? ' THE GENERATOR IS THE LIMIT of the bare server here, so the ratio flatters Holdfast.' : '';
  const machine = isFull(holdfast.runs.map(({ machineBusy }) => machineBusy)) ? ' ALL CORES WERE BUSY beside Holdfast, so it waited for its turn: with more of them it does more.' : '';
  return `${what}, busy: ${told('bare', bare)}; ${told('Holdfast', holdfast)}.${generator}${machine}`;
};
