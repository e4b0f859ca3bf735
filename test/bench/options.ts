/** What can be asked of the bench on its command line. */
import { parseArgs } from 'node:util';
import { FIGURE_NAMES, isFigureName, type FigureName } from './aims.ts';

export interface Options {
  /** Paired runs of each figure. */
  readonly runs: number;
  /** How long one side of one run is under load. */
  readonly seconds: number;
  readonly only: readonly FigureName[];
  /** Where the samples are written as JSON, besides being printed. */
  readonly jsonFile: string | undefined;
}

/** The options cannot be understood; the message tells which, and what is allowed. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError';
}

const RUNS = { default: 5, min: 5, max: 50 };
const SECONDS = { default: 3, min: 1, max: 60 };

export const USAGE = `Usage: npm run bench -- [--store embedded] [--runs ${RUNS.min}..${RUNS.max}] [--seconds ${SECONDS.min}..${SECONDS.max}] [--only name,name] [--json file]
Names: ${FIGURE_NAMES.join(', ')}`;

/** @throws OptionsError */
export const parseOptions = (args: readonly string[]): Options => {
  const values = parse(args);
  if (values.store !== 'embedded') throw new OptionsError(`--store ${values.store}: the one store there is to measure is embedded`);
  return {
    runs: integer('--runs', values.runs, RUNS),
    seconds: integer('--seconds', values.seconds, SECONDS),
    only: values.only.length === 0 ? FIGURE_NAMES : values.only.flatMap((names) => names.split(',')).map(figureName),
    jsonFile: values.json,
  };
};

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        store: { type: 'string', default: 'embedded' },
        runs: { type: 'string', default: String(RUNS.default) },
        seconds: { type: 'string', default: String(SECONDS.default) },
        only: { type: 'string', multiple: true, default: [] },
        json: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new OptionsError(error instanceof Error ? error.message : String(error));
  }
};

const integer = (flag: string, text: string, { min, max }: { min: number; max: number }): number => {
  const number = /^[0-9]{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= min && number <= max)) throw new OptionsError(`${flag} ${text}: give a whole number from ${min} to ${max}`);
  return number;
};

const figureName = (name: string): FigureName => {
  if (!isFigureName(name)) throw new OptionsError(`--only ${name}: the figures are ${FIGURE_NAMES.join(', ')}`);
  return name;
};
