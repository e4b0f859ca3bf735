/** The `Retry-After` header, in both its forms. Pure. */

const SECONDS = /^\s*\d+(\.\d+)?\s*$/;

/**
 * @param value seconds, or an HTTP date
 * @param wallMs the wall clock, in milliseconds since 1970
 * @returns milliseconds from now, never negative; undefined for what is neither
 */
export const parseRetryAfter = (value: unknown, wallMs: number): number | undefined => {
  const text = Array.isArray(value) ? value[0] : value;
  if (typeof text === 'number') return Number.isFinite(text) ? Math.max(0, text * 1000) : undefined;
  if (typeof text !== 'string') return undefined;
  if (SECONDS.test(text)) return Number(text) * 1000;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - wallMs);
};

type Get = { get(name: string): unknown };
const canGet = (headers: object): headers is Get => 'get' in headers && typeof headers.get === 'function';

/** Finds a header in a `Headers` object or in a plain one, whatever its case. */
export const headerOf = (headers: unknown, name: string): unknown => {
  if (typeof headers !== 'object' || headers === null) return undefined;
  if (canGet(headers)) return headers.get(name) ?? undefined;
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
};
