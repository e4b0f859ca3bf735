/** What the fences have in common: which fencing tokens they take, how they read one back, and how they refuse an older one. */
import { InvalidRequestError, StaleFencingTokenError } from '../errors.ts';

const isToken = (value: number): boolean => Number.isSafeInteger(value) && value > 0;

/** @throws InvalidRequestError where a number is no fencing token */
export const checkToken = (fencingToken: number): void => {
  if (isToken(fencingToken)) return;
  throw new InvalidRequestError(`fencingToken is ${String(fencingToken)}, and must be an integer from 1 to 2^53 - 1.`);
};

/** Reads a fencing token as a store gives it back: drivers return 64-bit integers as numbers, decimal strings or bigints. Undefined where it is none. */
export const readToken = (stored: unknown): number | undefined => {
  const isText = typeof stored === 'string' && /^\d{1,16}$/.test(stored);
  if (typeof stored !== 'number' && typeof stored !== 'bigint' && !isText) return undefined;
  // What is beyond 2^53 is rounded here to a number that is no safe integer either.
  const fencingToken = Number(stored);
  return isToken(fencingToken) ? fencingToken : undefined;
};

/** The error of a write that came too late. `currentToken` where the resource could still be asked. */
export const refusal = (fencingToken: number, currentToken?: number): StaleFencingTokenError =>
  new StaleFencingTokenError({ fencingToken, verdict: 'superseded', currentToken }, { outcome: 'not-applied' });
