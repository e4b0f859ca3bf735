/** What can be asked of the bench on its command line. */
import { parseArgs } from 'node:util';
import { FIGURE_NAMES, isLong, STORE_NAMES, type FigureName, type StoreName } from './aims.ts';

export interface Options {
  /** What Holdfast keeps its leases in while it is measured. */
  readonly store: StoreName;
  /** Paired runs of each figure. */
  readonly runs: number;
  /** How long one side of one run is under load. */
  readonly seconds: number;
  readonly only: readonly FigureName[];
  /** Where the samples are written as JSON, besides being printed. */
  readonly jsonFile: string | undefined;
  /** Where a profile of the service is written for each figure. */
  readonly profileFolder: string | undefined;
}

/** The options cannot be understood; the message tells which, and what is allowed. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError';
}

const RUNS = { default: 5, min: 5, max: 50 };
const SECONDS = { default: 3, min: 1, max: 60 };

export const USAGE = `Usage: npm run bench -- [--store ${STORE_NAMES.join('|')}] [--runs ${RUNS.min}..${RUNS.max}] [--seconds ${SECONDS.min}..${SECONDS.max}]
                       [--only name,name] [--full] [--json file] [--profile folder]
${STORE_NAMES.map((store) => `Names with --store ${store}: ${FIGURE_NAMES[store].join(', ')}`).join('\n')}
--store redis and quorum start redis-servers of their own, on free ports of loopback; on Debian: apt-get install redis-server.
--full measures "million" too, which takes a quarter of an hour; so does --only million.
--profile writes a CPU profile of the service for each figure and prints where its time went. It slows what is measured.`;

/** @throws OptionsError */
export const parseOptions = (args: readonly string[]): Options => {
  const values = parse(args);
  const store = storeName(values.store);
  return {
    store,
    runs: integer('--runs', values.runs, RUNS),
    seconds: integer('--seconds', values.seconds, SECONDS),
    only: figureNames(store, values),
    jsonFile: values.json,
    profileFolder: values.profile,
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
        full: { type: 'boolean', default: false },
        json: { type: 'string' },
        profile: { type: 'string' },
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

const storeName = (name: string): StoreName => {
  const store = STORE_NAMES.find((known) => known === name);
  if (store === undefined) throw new OptionsError(`--store ${name}: the stores there are to measure are ${STORE_NAMES.join(', ')}`);
  return store;
};

const figureNames = (store: StoreName, { only, full }: { readonly only: readonly string[]; readonly full: boolean }): readonly FigureName[] => {
  const known: readonly FigureName[] = FIGURE_NAMES[store];
  if (only.length === 0) return known.filter((name) => full || !isLong(name));
  if (full) throw new OptionsError('--full: --only says already what is measured');
  return only
    .flatMap((names) => names.split(','))
    .map((name) => {
      const figure = known.find((one) => one === name);
      if (figure === undefined) throw new OptionsError(`--only ${name}: the figures of --store ${store} are ${known.join(', ')}`);
      return figure;
    });
};
