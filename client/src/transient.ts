/** What errors of others say: which of a model provider's go away by themselves, what they carry. Pure. */
import { HoldfastError } from './errors.ts';
import { headerOf, parseRetryAfter } from './retry-after.ts';

/** Codes of Node and undici for connections that failed, broke, or fell silent. */
const TRANSIENT_CODES = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_SOCKET',
]);
/** `TimeoutError` is what `AbortSignal.timeout` gives; the others are what model SDKs make of a broken or silent connection. */
const TRANSIENT_NAMES = new Set(['TimeoutError', 'APIConnectionError', 'APIConnectionTimeoutError']);
/** 409 is a provider's own conflict, 425 its "too early". */
const TRANSIENT_STATUSES = new Set([408, 409, 425, 429]);
const CAUSES_MAX = 5;

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields | undefined => (typeof value === 'object' && value !== null ? (value as Fields) : undefined);

/** An error, and what it says that it was caused by. */
const chainOf = (error: unknown): Fields[] => {
  const chain: Fields[] = [];
  for (let link = fieldsOf(error); link && chain.length < CAUSES_MAX; link = fieldsOf(link['cause'])) chain.push(link);
  return chain;
};

/** The HTTP status that an error carries: the provider has answered, and this is its word. */
export const statusOf = (error: unknown): number | undefined => {
  for (const { status, statusCode } of chainOf(error)) {
    for (const found of [status, statusCode]) if (typeof found === 'number' && found >= 100 && found <= 599) return found;
  }
  return undefined;
};

/** The codes that an error carries, of the network or of a library. */
export const codesOf = (error: unknown): string[] => chainOf(error).flatMap(({ code }) => (typeof code === 'string' ? [code] : []));

const isTransientStatus = (status: number): boolean => TRANSIENT_STATUSES.has(status) || status >= 500;

/** Whether the same call to a model provider may succeed later. What this client throws itself is never a provider's error. */
export const isTransient = (error: unknown): boolean => {
  const chain = chainOf(error);
  if (chain.some((link) => link instanceof HoldfastError)) return false;
  const status = statusOf(error);
  if (status !== undefined) return isTransientStatus(status);
  return chain.some(({ code, name, constructor }) => {
    const className = typeof constructor === 'function' ? constructor.name : '';
    return TRANSIENT_CODES.has(String(code)) || TRANSIENT_NAMES.has(String(name)) || TRANSIENT_NAMES.has(className);
  });
};

/** How long the provider asks to be left alone, in milliseconds; undefined when it does not say. */
export const retryAfterOf = (error: unknown, wallMs: number): number | undefined => {
  for (const { headers, response } of chainOf(error)) {
    for (const found of [headers, fieldsOf(response)?.['headers']]) {
      const parsed = parseRetryAfter(headerOf(found, 'retry-after'), wallMs);
      if (parsed !== undefined) return parsed;
    }
  }
  return undefined;
};
