/** The flags of the demo. Pure. */
import { parseArgs } from 'node:util';

/** Where the service keeps its leases: in a file of the demo's, in a Redis that the demo starts, or in a quorum of three. */
export const STORE_KINDS = ['embedded', 'redis', 'quorum'] as const;
export type StoreKind = (typeof STORE_KINDS)[number];

export interface Flags {
  /** How many times faster than in the users' reports everything happens. */
  readonly scale: number;
  readonly seed: number;
  readonly sessions: number;
  readonly store: StoreKind;
  readonly keep: boolean;
}

export type Invocation =
  | { readonly kind: 'run'; readonly flags: Flags }
  | { readonly kind: 'help' }
  | { readonly kind: 'faults'; readonly faults: readonly string[] };

interface NumberFlag {
  readonly name: 'scale' | 'seed' | 'sessions';
  readonly min: number;
  readonly max: number;
  readonly preset: number;
  readonly says: string;
}

const NUMBERS: readonly NumberFlag[] = [
  { name: 'scale', min: 1, max: 200, preset: 100, says: 'how many times faster than in real life it runs' },
  { name: 'seed', min: 0, max: 2 ** 32 - 1, preset: 1, says: 'the same seed gives the same workload' },
  { name: 'sessions', min: 5, max: 200, preset: 28, says: 'how many chats there are' },
];

const describe = ({ name, min, max, preset, says }: NumberFlag): string =>
  `  --${`${name} N`.padEnd(12)} ${says}; ${min} to ${max}, default ${preset}\n`;

export const USAGE = `npm run demo -- [flags]

Runs the same chats twice, without Holdfast and with it, on processes of their own: two gateways,
a model provider that resets connections, a chat channel, and the Holdfast service with a courier. On
the way one gateway is killed and one is paused, with Holdfast courier and service (and its Redis) are killed, too. The
channel answers 502 for a while, refuses one reply for good, and loses one answer. Then the replies are
counted: those that have reached their users, those that are kept, and those that are gone.

${NUMBERS.map(describe).join('')}  --store S      where the service keeps its leases: embedded, in a file, which is the default, or
                 redis, in a Redis that the demo starts, or quorum, in three of them; redis-server must be installed
  --keep         keep the folder with all records, and say where it is
  --help         this text

Ends with 0 if nothing went wrong with Holdfast, 1 if anything did (a reply lost, left undelivered, out
of order or seen twice, a fencing token that did not increase), 2 for a wrong flag, 3 if the demo itself
could not be carried out.
`;

const parseNumber = (text: string | undefined, { name, min, max, preset }: NumberFlag, faults: string[]): number => {
  if (text === undefined) return preset;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  faults.push(`--${name} is "${text}", and must be a whole number from ${min} to ${max}.`);
  return preset;
};

const parseStore = (text: string, faults: string[]): StoreKind => {
  const kind = STORE_KINDS.find((known) => known === text);
  if (kind === undefined) faults.push(`--store is "${text}", and must be embedded, redis or quorum.`);
  return kind ?? 'embedded';
};

/** Reads the arguments of the command line, and tells all that is wrong with them at once. */
export const readFlags = (args: readonly string[]): Invocation => {
  const text = { type: 'string' } as const;
  const yes = { type: 'boolean' } as const;
  try {
    const { values } = parseArgs({ args: [...args], options: { scale: text, seed: text, sessions: text, store: text, keep: yes, help: yes } });
    if (values.help) return { kind: 'help' };
    const faults: string[] = [];
    const [scale, seed, sessions] = NUMBERS.map((flag) => parseNumber(values[flag.name], flag, faults)) as [number, number, number];
    const store = parseStore(values.store ?? 'embedded', faults);
    if (faults.length > 0) return { kind: 'faults', faults };
    return { kind: 'run', flags: { scale, seed, sessions, store, keep: values.keep ?? false } };
  } catch (error) {
    return { kind: 'faults', faults: [error instanceof Error ? error.message : String(error)] };
  }
};
