/** `npm run bench`: measures the service against bare Fastify on this machine, and says which aims it meets. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FigureName } from './aims.ts';
import type { Bench } from './bench.ts';
import { measureBatches } from './figures/batches.ts';
import { measureHandOff } from './figures/hand-off.ts';
import { measureLateness } from './figures/lateness.ts';
import { measureMemory } from './figures/memory.ts';
import { measurePairs } from './figures/pairs.ts';
import { measureRenewals } from './figures/renewals.ts';
import type { Line, Measured } from './line.ts';
import { describeMachine } from './machine.ts';
import { OptionsError, parseOptions, USAGE, type Options } from './options.ts';
import { startGenerator } from './processes/generator.ts';
import { startBareServer, startHoldfast } from './processes/servers.ts';
import { table } from './table.ts';

const FIGURES: Readonly<Record<FigureName, (bench: Bench) => Promise<Measured>>> = {
  pairs: measurePairs,
  renewals: measureRenewals,
  batches: measureBatches,
  'hand-off': measureHandOff,
  lateness: measureLateness,
  memory: measureMemory,
};

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** Each figure has servers and a generator of its own, so that none is measured on what another left behind. */
const measureFigure = async (name: FigureName, { runs, seconds }: Options): Promise<Measured> => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  const stops: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const generator = startGenerator();
    stops.unshift(generator.stop);
    const bare = await startBareServer();
    stops.unshift(bare.stop);
    const holdfast = await startHoldfast(folder);
    stops.unshift(holdfast.stop);
    let prefixes = 0;
    const newPrefix = (): string => `oc_${process.pid}${++prefixes}`;
    return await FIGURES[name]({ runs, seconds, bare, holdfast, generator, folder, newPrefix, progress: print });
  } finally {
    for (const stop of stops) await stop();
  }
};

const main = async (options: Options): Promise<void> => {
  const machine = await describeMachine(tmpdir());
  print(machine.join('\n'));
  print(`runs: ${options.runs} of ${options.seconds} s a side, Holdfast and bare Fastify in turns, each in a process of its own\n`);
  const lines: Line[] = [];
  const remarks: string[] = [];
  for (const name of options.only) {
    const measured = await measureFigure(name, options);
    lines.push(...measured.lines);
    remarks.push(...measured.remarks);
  }
  print(`\n${table(lines)}\n`);
  print([...machine, ...remarks].join('\n'));
  if (options.jsonFile !== undefined) await writeFile(options.jsonFile, `${JSON.stringify({ machine, lines, remarks }, undefined, 2)}\n`);
};

// Ending in the ordinary way takes the child processes along.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

try {
  await main(parseOptions(process.argv.slice(2)));
} catch (error) {
  const isUsage = error instanceof OptionsError;
  process.stderr.write(`${isUsage ? `${error.message}\n${USAGE}` : `The bench could not measure: ${error instanceof Error ? error.stack : String(error)}`}\n`);
  process.exitCode = isUsage ? 2 : 1;
}
