/** Which store is meant, and which of its risks are accepted. An address may carry a password: no fault repeats any of it. Pure. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One Redis. Its address for people leaves user and password out. */
export interface RedisServer {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls: boolean;
}

export type StoreSettings =
  /** The database file of the embedded store. */
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'redis'; readonly server: RedisServer }
  /** Three or five, each for itself. */
  | { readonly kind: 'quorum'; readonly servers: readonly RedisServer[] };

/** The risks that an operator may accept, by name. */
export const RISK_NAMES = ['fsync', 'failover'] as const;
export type RiskName = (typeof RISK_NAMES)[number];

/** Takes what is wrong, without the name of the variable. */
type Fault = (what: string) => void;

const REDIS_PORT = 6379;
const REDIS_FORM = 'redis://[user:password@]host[:port][/database]';

const readFile = (text: string, fault: Fault): StoreSettings | undefined => {
  if (!text.startsWith('file://')) return { kind: 'file', file: resolve(text.slice('file:'.length)) };
  try {
    return { kind: 'file', file: fileURLToPath(text) };
  } catch {
    fault('must be file:<path> or a file URL of this machine');
    return undefined;
  }
};

const urlOf = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);

/** Undefined where a `%` is not followed by two digits, or they give no text. */
const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

const readServer = (text: string, fault: Fault): RedisServer | undefined => {
  const url = urlOf(text);
  const db = /^\/?(\d{0,5})$/.exec(url?.pathname ?? '')?.[1];
  const [username, password] = [decoded(url?.username ?? ''), decoded(url?.password ?? '')];
  const isWhole = url !== undefined && url.hostname !== '' && url.port !== '0' && url.search === '' && url.hash === '';
  if (!isWhole || db === undefined || username === undefined || password === undefined) {
    fault(`must be ${REDIS_FORM} and nothing more; in user and password, write % / ? # @ and : as %25 %2F %3F %23 %40 %3A`);
    return undefined;
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? REDIS_PORT : Number(url.port),
    db: Number(db),
    ...(username !== '' && { username }),
    ...(password !== '' && { password }),
    tls: url.protocol === 'rediss:',
  };
};

const readRedis = (text: string, fault: Fault): StoreSettings | undefined => {
  const server = readServer(text, fault);
  return server && { kind: 'redis', server };
};

const QUORUM_SIZES: readonly number[] = [3, 5];

const readQuorum = (texts: readonly string[], fault: Fault): StoreSettings | undefined => {
  const servers: RedisServer[] = [];
  for (const [nth, text] of texts.entries()) {
    const server = readServer(text, (what) => fault(`server ${nth + 1} of ${texts.length} ${what}`));
    if (server) servers.push(server);
  }
  if (servers.length < texts.length) return undefined;
  if (!QUORUM_SIZES.includes(servers.length)) fault(`a quorum is of 3 or 5 servers, and these are ${servers.length}`);
  const places = servers.map(({ host, port }) => `${host}:${port}`);
  const repeated = places.find((place, nth) => places.indexOf(place) !== nth);
  if (repeated !== undefined) fault(`names ${repeated} twice; a quorum is of servers that fail each for itself`);
  return { kind: 'quorum', servers };
};

/** Undefined after a fault. */
export const readStore = (text: string, fault: Fault): StoreSettings | undefined => {
  // A password may have a comma in it; what begins anew behind one is the next server.
  const servers = text.split(/\s*,\s*(?=rediss?:)/);
  if (servers.length > 1 && /^rediss?:/.test(text)) return readQuorum(servers, fault);
  if (/^rediss?:\/\//.test(text)) return readRedis(text, fault);
  if (/^file:./.test(text)) return readFile(text, fault);
  fault(`must be file:<path> or ${REDIS_FORM}, or three or five of these, separated by commas`);
  return undefined;
};

/** The risks that are accepted, judged by the kind of the store, where that is known. */
export const readAccepted = (text: string, store: StoreSettings | undefined, fault: Fault): readonly RiskName[] => {
  const names = text.split(',').map((name) => name.trim()).filter((name) => name !== '');
  if (names.length > 0 && store?.kind === 'file') fault(`the embedded store has no risk to accept, so not ${JSON.stringify(text)} either`);
  if (names.length > 0 && store?.kind === 'quorum') fault(`a quorum has no risk to accept, so not ${JSON.stringify(text)} either`);
  const unknown = names.filter((name) => !RISK_NAMES.some((known) => known === name));
  if (unknown.length > 0 && store?.kind !== 'file' && store?.kind !== 'quorum') fault(`the risks of a Redis are ${RISK_NAMES.join(' and ')}, and not ${unknown.map((name) => JSON.stringify(name)).join(', ')}`);
  return RISK_NAMES.filter((name) => names.includes(name));
};
