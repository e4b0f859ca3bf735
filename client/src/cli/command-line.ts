/** The command line of `holdfast`, read into what is to be done. Pure. */
import { parseArgs } from 'node:util';

export interface Connection {
  readonly urls: readonly string[];
  readonly apiKey: string | undefined;
  /** Undefined for the default. */
  readonly holder: string | undefined;
}

export const REPLY_STATES = ['parked', 'sending', 'unknown', 'dead', 'delivered', 'superseded'] as const;

export type Asked =
  | { readonly kind: 'help' | 'version' }
  | { readonly kind: 'faults'; readonly faults: readonly string[] }
  | { readonly kind: 'run'; readonly connection: Connection; readonly session: string; readonly waitMs: number; readonly ttlMs: number | undefined; readonly killAfterMs: number; readonly command: readonly [string, ...string[]] }
  | { readonly kind: 'status'; readonly connection: Connection; readonly session: string | undefined; readonly json: boolean }
  | { readonly kind: 'yield'; readonly connection: Connection; readonly session: string; readonly reason: string | undefined; readonly graceMs: number | undefined }
  | { readonly kind: 'revoke'; readonly connection: Connection; readonly session: string; readonly reason: string }
  | { readonly kind: 'replies'; readonly connection: Connection; readonly session: string | undefined; readonly state: (typeof REPLY_STATES)[number] | undefined; readonly json: boolean }
  | { readonly kind: 'replay' | 'discard'; readonly connection: Connection; readonly session: string; readonly replyId: string; readonly reason: string };

const URL_DEFAULT = 'http://127.0.0.1:7420';
const WAIT_MS_DEFAULT = 60_000;
const KILL_AFTER_MS_DEFAULT = 10_000;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Undefined for what is no span. */
export const spanMs = (text: string): number | undefined => {
  const [, digits = '', unit = ''] = /^([0-9]{1,9})(ms|s|m|h)$/.exec(text) ?? [];
  return digits === '' ? undefined : Number(digits) * UNITS[unit]!;
};

const OPTIONS = {
  url: { type: 'string' },
  holder: { type: 'string' },
  session: { type: 'string' },
  wait: { type: 'string' },
  ttl: { type: 'string' },
  'kill-after': { type: 'string' },
  reason: { type: 'string' },
  grace: { type: 'string' },
  state: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
  version: { type: 'boolean' },
} as const;

type Name = keyof typeof OPTIONS;
type Values = { readonly [N in Name]?: string | boolean };

/** What each verb may be told, besides where the service is. */
const OPTIONS_OF: Readonly<Record<string, readonly Name[]>> = {
  run: ['session', 'wait', 'ttl', 'kill-after'],
  status: ['json'],
  yield: ['reason', 'grace'],
  revoke: ['reason'],
  'replies list': ['session', 'state', 'json'],
  'replies replay': ['reason'],
  'replies discard': ['reason'],
};
const ALWAYS: readonly string[] = ['url', 'holder', 'help', 'version'];

class Reading {
  readonly faults: string[] = [];
  readonly #values: Values;

  constructor(values: Values) {
    this.#values = values;
  }

  text(name: Name): string | undefined {
    return this.#values[name] as string | undefined;
  }

  needed(name: Name): string {
    const text = this.text(name);
    if (text === undefined || text === '') this.faults.push(`--${name}: is needed.`);
    return text ?? '';
  }

  span<Default extends number | undefined>(name: Name, standard: Default): number | Default {
    const text = this.text(name);
    if (text === undefined) return standard;
    const ms = spanMs(text);
    if (ms === undefined) this.faults.push(`--${name}: must be a span such as 30s, not ${JSON.stringify(text)}.`);
    return ms ?? standard;
  }

  operand(operands: readonly string[], index: number, name: string): string {
    const operand = operands[index];
    if (operand === undefined) this.faults.push(`${name} is missing.`);
    return operand ?? '';
  }
}

const connectionOf = (reading: Reading, env: Readonly<Record<string, string | undefined>>): Connection => {
  const urls = (reading.text('url') ?? (env['HOLDFAST_URL'] || URL_DEFAULT)).split(',').map((url) => url.trim());
  for (const url of urls) if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) reading.faults.push(`--url: must be like ${URL_DEFAULT}, not ${JSON.stringify(url)}.`);
  return { urls, apiKey: env['HOLDFAST_API_KEY'] || undefined, holder: reading.text('holder') ?? (env['HOLDFAST_HOLDER'] || undefined) };
};

/** How many operands a verb takes at most. */
const OPERANDS: Readonly<Record<string, number>> = { run: 0, status: 1, yield: 1, revoke: 1, 'replies list': 0, 'replies replay': 2, 'replies discard': 2 };

const readVerb = (verb: string, operands: readonly string[], command: readonly string[], values: Values, env: Readonly<Record<string, string | undefined>>): Asked => {
  const reading = new Reading(values);
  const allowed = OPTIONS_OF[verb]!;
  for (const name of Object.keys(values)) if (!ALWAYS.includes(name) && !allowed.includes(name as Name)) reading.faults.push(`--${name}: is nothing that ${verb} takes.`);
  if (operands.length > OPERANDS[verb]!) reading.faults.push(`${JSON.stringify(operands[OPERANDS[verb]!])} is more than ${verb} takes.`);
  const connection = connectionOf(reading, env);
  const session = (): string => reading.operand(operands, 0, 'SESSION');
  const asked = ((): Asked => {
    switch (verb) {
      case 'run': {
        const [program, ...rest] = command;
        if (program === undefined) reading.faults.push('COMMAND is missing: it stands behind "--".');
        return { kind: 'run', connection, session: reading.needed('session'), waitMs: reading.span('wait', WAIT_MS_DEFAULT), ttlMs: reading.span('ttl', undefined), killAfterMs: reading.span('kill-after', KILL_AFTER_MS_DEFAULT), command: [program ?? '', ...rest] };
      }
      case 'status':
        return { kind: 'status', connection, session: operands[0], json: values.json === true };
      case 'yield':
        return { kind: 'yield', connection, session: session(), reason: reading.text('reason'), graceMs: reading.span('grace', undefined) };
      case 'revoke':
        return { kind: 'revoke', connection, session: session(), reason: reading.needed('reason') };
      case 'replies list': {
        const state = REPLY_STATES.find((known) => known === reading.text('state'));
        if (state === undefined && reading.text('state') !== undefined) reading.faults.push(`--state: must be one of ${REPLY_STATES.join(', ')}.`);
        return { kind: 'replies', connection, session: reading.text('session'), state, json: values.json === true };
      }
      default:
        return { kind: verb === 'replies replay' ? 'replay' : 'discard', connection, session: session(), replyId: reading.operand(operands, 1, 'REPLY-ID'), reason: reading.needed('reason') };
    }
  })();
  return reading.faults.length > 0 ? { kind: 'faults', faults: reading.faults } : asked;
};

export const readCommandLine = (args: readonly string[], env: Readonly<Record<string, string | undefined>>): Asked => {
  const split = args.indexOf('--');
  const [own, command] = split === -1 ? [args, []] : [args.slice(0, split), args.slice(split + 1)];
  let parsed: { values: Values; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...own], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    return { kind: 'faults', faults: [`${(error as Error).message.split('. ')[0]}.`] };
  }
  const { values, positionals } = parsed;
  if (values.help === true) return { kind: 'help' };
  if (values.version === true) return { kind: 'version' };
  const [first = '', ...rest] = positionals;
  const verb = first === 'replies' ? `replies ${rest[0] ?? ''}` : first;
  if (!Object.hasOwn(OPTIONS_OF, verb)) return { kind: 'faults', faults: [first === '' ? 'What is to be done?' : `There is no ${JSON.stringify(verb.trim())}.`] };
  return readVerb(verb, first === 'replies' ? rest.slice(1) : rest, command, values, env);
};
