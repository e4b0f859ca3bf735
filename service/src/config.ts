/** The settings: read once from flags and environment, judged together, every fault told by the name of its variable. */
import { parseArgs } from 'node:util';
import { RATES_DEFAULT, type Rates } from './http/budgets.ts';
import { readAccess, type AccessSettings } from './config/access-settings.ts';
import { readRates } from './config/rate-settings.ts';
import { readTls, type TlsSettings } from './config/tls-settings.ts';
import { readAccepted, readStore, RISK_NAMES, type RiskName, type StoreSettings } from './config/store-settings.ts';

export const TTL_MS_MIN_DEFAULT = 1_000;
export const TTL_MS_MAX_DEFAULT = 3_600_000;
/** No setting allows a TTL beyond this. */
export const TTL_MS_LIMIT = 24 * 3_600_000;

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface Settings {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly store: StoreSettings;
  /** Risks of the store that are run knowingly. */
  readonly accepted: readonly RiskName[];
  readonly access: AccessSettings;
  /** Undefined where the service speaks plain HTTP. */
  readonly tls: TlsSettings | undefined;
  readonly rates: Rates;
  readonly ttlMsMin: number;
  readonly ttlMsMax: number;
  readonly logLevel: LogLevel;
}

export type Invocation =
  | { readonly kind: 'run'; readonly settings: Settings }
  | { readonly kind: 'help' | 'version' }
  | { readonly kind: 'faults'; readonly faults: readonly string[] };

interface Setting {
  readonly standard: string;
  readonly meaning: string;
}

/** Every setting by its variable; the flag of the same name is `--ttl-min-ms` for `HOLDFAST_TTL_MIN_MS`. */
const SETTINGS = {
  HOLDFAST_HOST: { standard: '127.0.0.1', meaning: 'Address to listen on. Any but a loopback address needs HOLDFAST_KEYS or HOLDFAST_API_KEY.' },
  HOLDFAST_PORT: { standard: '7420', meaning: 'Port to listen on. 0 takes a free one and prints it.' },
  HOLDFAST_STORE: { standard: 'file:./holdfast.db', meaning: 'Where leases are kept: file:<path> of a database file, or redis://[user:password@]host[:port][/database], or rediss:// for TLS.' },
  HOLDFAST_KEYS: { standard: '', meaning: 'File of the API keys, made by "holdfast-server keys create"; read again on SIGHUP.' },
  HOLDFAST_API_KEY: { standard: '', meaning: 'One static key instead, which opens everything, sent as "Authorization: Bearer <key>".' },
  HOLDFAST_TLS_CERT: { standard: '', meaning: 'Certificate (PEM, with its chain) to speak TLS with; taken up again when the file changes.' },
  HOLDFAST_TLS_KEY: { standard: '', meaning: 'Its private key (PEM).' },
  HOLDFAST_RATES: { standard: Object.entries(RATES_DEFAULT).map(([name, rate]) => `${name}=${rate}`).join(','), meaning: 'Requests a second that one key may send to this instance, by kind.' },
  HOLDFAST_ACCEPT: { standard: '', meaning: `Risks accepted by name, separated by commas: ${RISK_NAMES.join(', ')} of a Redis. The embedded store has none.` },
  HOLDFAST_TTL_MIN_MS: { standard: String(TTL_MS_MIN_DEFAULT), meaning: 'Smallest TTL that a caller may ask for.' },
  HOLDFAST_TTL_MAX_MS: { standard: String(TTL_MS_MAX_DEFAULT), meaning: 'Largest TTL that a caller may ask for.' },
  HOLDFAST_LOG_LEVEL: { standard: 'info', meaning: `One of ${LOG_LEVELS.join(', ')}.` },
} as const satisfies Record<string, Setting>;

type Variable = keyof typeof SETTINGS;

const VARIABLES = Object.keys(SETTINGS) as Variable[];
const flagOf = (variable: Variable): string => variable.replace('HOLDFAST_', '').toLowerCase().replaceAll('_', '-');

export const USAGE = `Usage: holdfast-server [flags]
       holdfast-server keys create | list | revoke [--help]

Each flag stands for the variable beside it, and beats it.

${VARIABLES.map((variable) => {
  const { standard, meaning } = SETTINGS[variable];
  return `  --${flagOf(variable).padEnd(12)} ${variable.padEnd(20)} ${meaning}${standard === '' ? '' : ` Default: ${standard}`}`;
}).join('\n')}
  --help         Print this and stop.
  --version      Print the version and stop.
`;

/** Reads and judges everything before it complains, so that one start tells every fault. */
class Reading {
  readonly faults: string[] = [];
  readonly #given: Partial<Record<Variable, string>>;

  constructor(given: Partial<Record<Variable, string>>) {
    this.#given = given;
  }

  fault(variable: Variable, what: string): void {
    this.faults.push(`${variable}: ${what}`);
  }

  text(variable: Variable): string {
    return this.#given[variable] ?? SETTINGS[variable].standard;
  }

  integer(variable: Variable, minimum: number, maximum: number): number {
    const text = this.text(variable);
    const number = /^[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= minimum && number <= maximum)) this.fault(variable, `must be an integer from ${minimum} to ${maximum}, not ${JSON.stringify(text)}`);
    return number;
  }

  oneOf<T extends string>(variable: Variable, choices: readonly T[]): T | undefined {
    const choice = choices.find((known) => known === this.text(variable));
    if (choice === undefined) this.fault(variable, `must be one of ${choices.join(', ')}, not ${JSON.stringify(this.text(variable))}`);
    return choice;
  }
}

/** Undefined, or not to be used, once there is a fault. */
const read = (reading: Reading): Settings | undefined => {
  const host = reading.text('HOLDFAST_HOST');
  const port = reading.integer('HOLDFAST_PORT', 0, 65_535);
  const store = readStore(reading.text('HOLDFAST_STORE'), (what) => reading.fault('HOLDFAST_STORE', what));
  const access = readAccess({ apiKey: reading.text('HOLDFAST_API_KEY'), keys: reading.text('HOLDFAST_KEYS'), host }, (variable, what) => reading.fault(variable, what));
  const tls = readTls(reading.text('HOLDFAST_TLS_CERT'), reading.text('HOLDFAST_TLS_KEY'), (variable, what) => reading.fault(variable, what));
  const rates = readRates(reading.text('HOLDFAST_RATES'), (what) => reading.fault('HOLDFAST_RATES', what));
  const accepted = readAccepted(reading.text('HOLDFAST_ACCEPT'), store, (what) => reading.fault('HOLDFAST_ACCEPT', what));
  const ttlMsMin = reading.integer('HOLDFAST_TTL_MIN_MS', 1, TTL_MS_LIMIT);
  const ttlMsMax = reading.integer('HOLDFAST_TTL_MAX_MS', 1, TTL_MS_LIMIT);
  if (ttlMsMin > ttlMsMax) reading.fault('HOLDFAST_TTL_MIN_MS', `must not be larger than HOLDFAST_TTL_MAX_MS (${ttlMsMin} > ${ttlMsMax})`);
  const logLevel = reading.oneOf('HOLDFAST_LOG_LEVEL', LOG_LEVELS) ?? 'info';
  return store && { host, port, store, accepted, access, tls, rates, ttlMsMin, ttlMsMax, logLevel };
};

type Flags = Readonly<Record<string, string | boolean | undefined>>;

const readFlags = (args: readonly string[]): Flags | string => {
  const options = Object.fromEntries(VARIABLES.map((variable) => [flagOf(variable), { type: 'string' }] as const));
  try {
    return parseArgs({ args: [...args], options: { ...options, help: { type: 'boolean' }, version: { type: 'boolean' } }, strict: true, allowPositionals: false }).values;
  } catch (error) {
    // The first sentence names the flag; the rest is about quoting.
    return `${(error as Error).message.split('. ')[0]}. Try --help.`;
  }
};

/** An empty variable counts as unset: compose files and shells make them so. */
const givenIn = (flags: Flags, env: Readonly<Record<string, string | undefined>>): Partial<Record<Variable, string>> =>
  Object.fromEntries(VARIABLES.flatMap((variable) => [flags[flagOf(variable)] ?? (env[variable] || undefined)].filter((value) => value !== undefined).map((value) => [variable, value])));

/** What this start is to do. A flag beats the variable of the same name; every fault is told at once. */
export const readInvocation = (args: readonly string[], env: Readonly<Record<string, string | undefined>>): Invocation => {
  const flags = readFlags(args);
  if (typeof flags === 'string') return { kind: 'faults', faults: [flags] };
  if (flags['help'] === true) return { kind: 'help' };
  if (flags['version'] === true) return { kind: 'version' };
  const reading = new Reading(givenIn(flags, env));
  const settings = read(reading);
  return settings === undefined || reading.faults.length > 0 ? { kind: 'faults', faults: reading.faults } : { kind: 'run', settings };
};
