/** The settings: read once from flags and environment, judged together, every fault told by the name of its variable. */
import { parseArgs, parseEnv } from 'node:util';
import { RATES_DEFAULT, type Rates } from './http/budgets.ts';
import { readAccess, type AccessSettings } from './config/access-settings.ts';
import { readNamedNumbers } from './config/named-numbers.ts';
import { QUOTA_NUMBERS, RATES } from './config/rate-settings.ts';
import { QUOTAS_DEFAULT } from './session/limits.ts';
import type { Quotas } from './session/usage.ts';
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
  readonly quotas: Quotas;
  readonly ttlMsMin: number;
  readonly ttlMsMax: number;
  readonly logLevel: LogLevel;
}

export type Invocation =
  | { readonly kind: 'run'; readonly settings: Settings }
  | { readonly kind: 'help' | 'version' }
  /** A line each, secrets masked. */
  | { readonly kind: 'print'; readonly lines: readonly string[] }
  | { readonly kind: 'faults'; readonly faults: readonly string[] };

interface Setting {
  readonly standard: string;
  readonly meaning: string;
}

const asText = (numbers: Readonly<Record<string, number>>): string => Object.entries(numbers).map(([name, number]) => `${name}=${number}`).join(',');

/** Every setting by its variable; the flag of the same name is `--ttl-min-ms` for `HOLDFAST_TTL_MIN_MS`. */
const SETTINGS = {
  HOLDFAST_HOST: { standard: '127.0.0.1', meaning: 'Address to listen on. Any but a loopback address needs HOLDFAST_KEYS or HOLDFAST_API_KEY.' },
  HOLDFAST_PORT: { standard: '7420', meaning: 'Port to listen on. 0 takes a free one and prints it.' },
  HOLDFAST_STORE: { standard: 'file:./holdfast.db', meaning: 'Where leases are kept: file:<path> of a database file, or redis://[user:password@]host[:port][/database], or rediss:// for TLS; or three or five of these, separated by commas, for a quorum.' },
  HOLDFAST_KEYS: { standard: '', meaning: 'File of the API keys, made by "holdfast-server keys create"; read again on SIGHUP.' },
  HOLDFAST_API_KEY: { standard: '', meaning: 'One static key instead, which opens everything, sent as "Authorization: Bearer <key>".' },
  HOLDFAST_TLS_CERT: { standard: '', meaning: 'Certificate (PEM, with its chain) to speak TLS with; taken up again when the file changes.' },
  HOLDFAST_TLS_KEY: { standard: '', meaning: 'Its private key (PEM).' },
  HOLDFAST_RATES: { standard: asText(RATES_DEFAULT), meaning: 'Requests a second that one key may send to this instance, by kind.' },
  HOLDFAST_QUOTAS: { standard: asText(QUOTAS_DEFAULT), meaning: 'What one namespace may have: live leases, waiters, replies that are not settled, and their bytes.' },
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
       holdfast-server quorum status | reseed [--help]

Each flag stands for the variable beside it, and beats it; the environment beats the file that --config names.

${VARIABLES.map((variable) => {
  const { standard, meaning } = SETTINGS[variable];
  return `  --${flagOf(variable).padEnd(12)} ${variable.padEnd(20)} ${meaning}${standard === '' ? '' : ` Default: ${standard}`}`;
}).join('\n')}
  --config       HOLDFAST_CONFIG      File with such variables, a line each: HOLDFAST_PORT=7420.
  --print-config Print the settings that are in force, each with where it is from, secrets masked, and stop.
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
  const rates = readNamedNumbers(reading.text('HOLDFAST_RATES'), RATES, (what) => reading.fault('HOLDFAST_RATES', what));
  const quotas = readNamedNumbers(reading.text('HOLDFAST_QUOTAS'), QUOTA_NUMBERS, (what) => reading.fault('HOLDFAST_QUOTAS', what));
  const accepted = readAccepted(reading.text('HOLDFAST_ACCEPT'), store, (what) => reading.fault('HOLDFAST_ACCEPT', what));
  const ttlMsMin = reading.integer('HOLDFAST_TTL_MIN_MS', 1, TTL_MS_LIMIT);
  const ttlMsMax = reading.integer('HOLDFAST_TTL_MAX_MS', 1, TTL_MS_LIMIT);
  if (ttlMsMin > ttlMsMax) reading.fault('HOLDFAST_TTL_MIN_MS', `must not be larger than HOLDFAST_TTL_MAX_MS (${ttlMsMin} > ${ttlMsMax})`);
  const logLevel = reading.oneOf('HOLDFAST_LOG_LEVEL', LOG_LEVELS) ?? 'info';
  return store && { host, port, store, accepted, access, tls, rates, quotas, ttlMsMin, ttlMsMax, logLevel };
};

type Flags = Readonly<Record<string, string | boolean | undefined>>;

const readFlags = (args: readonly string[]): Flags | string => {
  const options = Object.fromEntries([...VARIABLES.map(flagOf), 'config'].map((flag) => [flag, { type: 'string' }] as const));
  const switches = Object.fromEntries(['help', 'version', 'print-config'].map((flag) => [flag, { type: 'boolean' }] as const));
  try {
    return parseArgs({ args: [...args], options: { ...options, ...switches }, strict: true, allowPositionals: false }).values;
  } catch (error) {
    // The first sentence names the flag; the rest is about quoting.
    return `${(error as Error).message.split('. ')[0]}. Try --help.`;
  }
};

type Variables = Readonly<Record<string, string | undefined>>;

interface Given {
  readonly value: string;
  readonly source: string;
}

/** An empty variable counts as unset: compose files and shells make them so. */
const givenBy = (flags: Flags, env: Variables, file: Variables, path: string): Partial<Record<Variable, Given>> => {
  const given: Partial<Record<Variable, Given>> = {};
  for (const variable of VARIABLES) {
    const flag = flags[flagOf(variable)];
    if (typeof flag === 'string') given[variable] = { value: flag, source: `--${flagOf(variable)}` };
    else if (env[variable]) given[variable] = { value: env[variable], source: 'the environment' };
    else if (file[variable]) given[variable] = { value: file[variable], source: path };
  }
  return given;
};

/** The variables of the file, and what is wrong with it. */
const readSettingsFile = (path: string, readFile: (path: string) => string): { readonly variables: Variables; readonly faults: readonly string[] } => {
  if (path === '') return { variables: {}, faults: [] };
  try {
    const variables = parseEnv(readFile(path)) as Variables;
    const unknown = Object.keys(variables).filter((name) => !VARIABLES.includes(name as Variable));
    return { variables, faults: unknown.map((name) => `HOLDFAST_CONFIG: ${path} names ${name}, which is no setting`) };
  } catch (error) {
    return { variables: {}, faults: [`HOLDFAST_CONFIG: ${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`] };
  }
};

const MASK = '********';

/** Of an address its user and password are masked; a key is nothing but a secret. */
const masked = (variable: Variable, value: string): string => {
  if (variable === 'HOLDFAST_API_KEY' && value !== '') return MASK;
  return variable === 'HOLDFAST_STORE' ? value.replace(/(^|,\s*)(rediss?:\/\/)[^@/]*@/g, `$1$2${MASK}@`) : value;
};

const printed = (given: Partial<Record<Variable, Given>>): readonly string[] =>
  VARIABLES.map((variable) => {
    const { value, source } = given[variable] ?? { value: SETTINGS[variable].standard, source: 'default' };
    return `${variable}=${masked(variable, value)}  # ${source}`;
  });

/** What this start is to do. A flag beats the variable of the same name, the environment the file; every fault is told at once. */
export const readInvocation = (args: readonly string[], env: Variables, readFile: (path: string) => string): Invocation => {
  const flags = readFlags(args);
  if (typeof flags === 'string') return { kind: 'faults', faults: [flags] };
  if (flags['help'] === true) return { kind: 'help' };
  if (flags['version'] === true) return { kind: 'version' };
  const path = String(flags['config'] ?? env['HOLDFAST_CONFIG'] ?? '');
  const file = readSettingsFile(path, readFile);
  const given = givenBy(flags, env, file.variables, path);
  const reading = new Reading(Object.fromEntries(Object.entries(given).map(([variable, { value }]) => [variable, value])));
  const settings = read(reading);
  const faults = [...file.faults, ...reading.faults];
  if (settings === undefined || faults.length > 0) return { kind: 'faults', faults };
  return flags['print-config'] === true ? { kind: 'print', lines: printed(given) } : { kind: 'run', settings };
};
