/** `npm run demo`: the failure that Holdfast exists for, without it and with it, counted from the records of both runs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Children, DemoFailedError, openChildren } from './children.ts';
import { type Flags, readFlags, type StoreKind, USAGE } from './flags.ts';
import { runHalf } from './half.ts';
import { deadIn, type Figures, judge } from './judge.ts';
import { openProgress } from './progress.ts';
import type { HalfRecords } from './records.ts';
import { renderDead, renderTable } from './table.ts';
import { tempoAt } from './tempo.ts';
import { brokenPromises, missedFaults } from './verdict.ts';
import { planWorkload } from './workload/plan.ts';

const EXIT = { kept: 0, broken: 1, badFlags: 2, failed: 3, interrupted: 130 } as const;

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const complain = (text: string): void => void process.stderr.write(`${text}\n`);

/** Both halves, one after the other. */
const runBoth = async ({ scale, seed, sessions, store }: Flags, folder: string, children: Children): Promise<[HalfRecords, HalfRecords]> => {
  const workload = planWorkload({ scale, seed, sessions });
  const progress = openProgress(process.stderr, () => performance.now());
  const run = (withHoldfast: boolean): Promise<HalfRecords> =>
    runHalf({ withHoldfast, store, workload, scale, folder: join(folder, withHoldfast ? 'with' : 'without'), children, show: progress.show });
  try {
    const without = await run(false);
    return [without, await run(true)];
  } finally {
    progress.end();
  }
};

const report = (records: [HalfRecords, HalfRecords]): number => {
  const [without, withHoldfast] = records.map(judge) as [Figures, Figures];
  print(`\n${renderTable(without, withHoldfast)}\n`);
  print(renderDead(deadIn(records[1])));
  const broken = brokenPromises(withHoldfast);
  for (const fault of broken) complain(fault);
  if (broken.length > 0) return EXIT.broken;
  const missed = missedFaults(withHoldfast);
  for (const fault of missed) complain(fault);
  return missed.length > 0 ? EXIT.failed : EXIT.kept;
};

const REDIS_TOO: Readonly<Record<StoreKind, string>> = { embedded: '', redis: 'and its Redis ', quorum: 'and its three Redis, one after the other, ' };

/** What is about to happen. */
const introduce = ({ scale, seed, sessions, store }: Flags): string => {
  const { ttlMs, pauseMs, restartAfterMs } = tempoAt(scale);
  const seconds = (ms: number): string => `${ms / 1_000} s`;
  return [
    `Two gateways and ${sessions} chats; time runs ${scale} times faster than in real life (seed ${seed}).`,
    `One gateway is killed and back after ${seconds(restartAfterMs)}; then the other one is paused for ${seconds(pauseMs)}. A lease lives ${seconds(ttlMs)}.`,
    `The channel is away for a while, refuses one reply for good, and loses one answer. With Holdfast courier and service ${REDIS_TOO[store]}are killed, too.`,
  ].join('\n');
};

const run = async (flags: Flags): Promise<number> => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-demo-'));
  const children = openChildren(join(folder, 'processes.log'));
  process.once('exit', () => {
    children.killAll();
    if (!flags.keep) rmSync(folder, { recursive: true, force: true, maxRetries: 5 }); // a process that was just killed may still be writing
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(EXIT.interrupted));
  print(introduce(flags));
  try {
    return report(await runBoth(flags, folder, children));
  } catch (error) {
    complain(error instanceof DemoFailedError ? error.message : String(error instanceof Error ? error.stack : error));
    return EXIT.failed;
  } finally {
    await children.stopAll();
    if (flags.keep) print(`All records are in ${folder}`);
  }
};

const main = async (): Promise<number> => {
  const invocation = readFlags(process.argv.slice(2));
  switch (invocation.kind) {
    case 'help':
      process.stdout.write(USAGE);
      return EXIT.kept;
    case 'faults':
      for (const fault of invocation.faults) complain(fault);
      complain('See npm run demo -- --help');
      return EXIT.badFlags;
    case 'run':
      return run(invocation.flags);
  }
};

process.exitCode = await main();
