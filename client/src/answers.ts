/** Checks of what the client reckons with in an answer: a wrong number must become an error, never a deadline. Pure. */
import { ServiceUnavailableError } from './errors.ts';
import type { Grant, HeartbeatResult, Renewal } from './wire.ts';

const refuse = (what: string): never => {
  throw new ServiceUnavailableError(`The answer is not one that Holdfast gives: ${what}.`, { code: 'answer-invalid' });
};

type Members = Readonly<Record<string, unknown>>;

const asObject = (value: unknown): Members => {
  if (typeof value !== 'object' || value === null) return refuse('it has no body');
  return value as Members;
};

const checkSpans = (members: Members, names: readonly string[]): void => {
  for (const name of names) {
    const value = members[name];
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) refuse(`${name} is not a span`);
  }
};

const checkToken = ({ fencingToken }: Members): void => {
  if (!Number.isSafeInteger(fencingToken)) refuse('fencingToken is not an integer');
};

export const asGrant = (body: unknown): Grant => {
  const grant = asObject(body);
  checkToken(grant);
  checkSpans(grant, ['ttlMs', 'remainingMs', 'renewAfterMs', 'waitedMs']);
  return body as Grant;
};

export const asRenewal = (body: unknown): Renewal => {
  const renewal = asObject(body);
  checkToken(renewal);
  checkSpans(renewal, ['ttlMs', 'remainingMs', 'renewAfterMs', 'waiters']);
  return body as Renewal;
};

/** What became of one renewal of a batch. */
export type HeartbeatVerdict =
  | ({ readonly status: 'held' } & Renewal)
  | ({ readonly status: 'lost' } & Pick<HeartbeatResult, 'endedBecause' | 'currentToken' | 'successor'>)
  | { readonly status: 'not-found' | 'unknown' };

/** A status of tomorrow is no verdict today. */
const asVerdict = (value: unknown): HeartbeatVerdict => {
  const result = asObject(value);
  switch (result['status']) {
    case 'held':
      return { ...asRenewal(value), status: 'held' };
    case 'lost':
      return value as HeartbeatVerdict;
    case 'not-found':
      return { status: 'not-found' };
    default:
      return { status: 'unknown' };
  }
};

/** @param count how many results there must be */
export const asHeartbeatVerdicts = (body: unknown, count: number): HeartbeatVerdict[] => {
  const { results } = asObject(body);
  if (!Array.isArray(results) || results.length !== count) return refuse(`it has no ${count} results`);
  return results.map(asVerdict);
};

/** An instance that cannot reach its store has no verdict on any lease, where another one may. */
export const noVerdictIn = ({ status, body }: { readonly status: number; readonly body: unknown }): ServiceUnavailableError | undefined => {
  if (status !== 200) return undefined;
  const { results } = asObject(body);
  const saysNothing = Array.isArray(results) && results.length > 0 && results.every((result) => asObject(result)['status'] === 'unknown');
  return saysNothing ? new ServiceUnavailableError('The service had no verdict on any lease.', { code: 'store-unavailable' }) : undefined;
};
