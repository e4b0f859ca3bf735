/** `npm run bench`: measures the service against bare Fastify on this machine, and says which aims it meets. */
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { FigureName } from './aims.ts';
import { figureOf } from './figures/by-store.ts';
import type { Line, Measured } from './line.ts';
import { describeMachine } from './machine.ts';
import { OptionsError, parseOptions, USAGE, type Options } from './options.ts';
import { deploy } from './processes/deployment.ts';
import { startGenerator } from './processes/generator.ts';
import { startBareServer } from './processes/servers.ts';
import { profilingOf } from './profiling.ts';
import { table } from './table.ts';

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

let prefixes = 0;
const newPrefix = (): string => `oc_${process.pid}${++prefixes}`;

/** Each figure has servers, a store and a generator of its own, so that none is measured on what another left behind. */
const measureFigure = async (name: FigureName, { store, runs, seconds }: Options, nodeOptions: readonly string[]): Promise<Measured> => {
  const { over, measure } = figureOf(store, name);
  const stops: (() => Promise<void>)[] = [];
  try {
    const generator = startGenerator();
    stops.unshift(generator.stop);
    const bare = await startBareServer();
    stops.unshift(bare.stop);
    const deployment = await deploy(store, { ...over, nodeOptions: [...(over.nodeOptions ?? []), ...nodeOptions] });
    stops.unshift(deployment.stop);
    return await measure({
      runs,
      seconds,
      bare,
      holdfast: deployment.instances[0]!,
      deployment,
      generator,
      deploy: (options) => deploy(store, options),
      newPrefix,
      progress: print,
    });
  } finally {
    for (const stop of stops) await stop();
  }
};

const measureAndProfile = async (name: FigureName, options: Options): Promise<Measured> => {
  if (options.profileFolder === undefined) return measureFigure(name, options, []);
  const profiling = await profilingOf(options.profileFolder, name);
  const { lines, remarks } = await measureFigure(name, options, profiling.nodeOptions);
  return { lines, remarks: [...remarks, ...(await profiling.remarks())] };
};

const main = async (options: Options): Promise<void> => {
  const machine = await describeMachine(tmpdir());
  print(machine.join('\n'));
  print(`runs: ${options.runs} of ${options.seconds} s a side, Holdfast (${options.store}) and bare Fastify in turns, each in a process of its own\n`);
  const lines: Line[] = [];
  const remarks: string[] = [];
  for (const name of options.only) {
    const measured = await measureAndProfile(name, options);
    lines.push(...measured.lines);
    remarks.push(...measured.remarks);
  }
  print(`\n${table(lines)}\n`);
  print([...machine, ...remarks].join('\n'));
  if (options.jsonFile !== undefined) await writeFile(options.jsonFile, `${JSON.stringify({ machine, store: options.store, lines, remarks }, undefined, 2)}\n`);
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
