/** The requests of a lease's life, as a client sends them. */
import { randomBytes } from 'node:crypto';
import { UnexpectedAnswerError, type Answer, type Request } from './connection.ts';

export interface Named {
  readonly session: string;
  readonly leaseId: string;
}

/** Long enough that no lease ends while a load is on. */
export const TTL_MS = 60_000;

/** Keys as long as real ones. */
export const sessionKey = (prefix: string, number: number): string => `agent:main:feishu:group:${prefix}_${number}`;

/** The part of lease ids that makes them unlike any other's; it is drawn once, so that drawing it is no part of the load. */
export const drawLeaseIdBase = (): string => randomBytes(9).toString('base64url');

/** A lease id of 24 characters. */
export const leaseIdOf = (base: string, number: number): string => base + String(number).padStart(12, '0');

export const leaseIdSource = (): (() => string) => {
  const base = drawLeaseIdBase();
  let last = 0;
  return () => leaseIdOf(base, ++last);
};

const pathOf = (session: string): string => `/v1/leases/${encodeURIComponent(session)}`;

export const acquireRequest = ({ session, leaseId }: Named, more: { ttlMs?: number; waitMs?: number } = {}): Request => ({
  method: 'PUT',
  path: pathOf(session),
  leaseId,
  body: JSON.stringify({ holder: 'gateway-2/pid 71', ttlMs: TTL_MS, ...more }),
});

export const releaseRequest = ({ session, leaseId }: Named): Request => ({ method: 'DELETE', path: pathOf(session), leaseId });

export const renewRequest = ({ session, leaseId }: Named): Request => ({ method: 'POST', path: `${pathOf(session)}/renew`, leaseId, body: '{}' });

export const heartbeatsRequest = (leases: readonly Named[]): Request => ({
  method: 'POST',
  path: '/v1/heartbeats',
  body: Buffer.from(JSON.stringify({ leases: leases.map(({ session, leaseId }) => ({ session, leaseId })) })),
});

/** How many of a request's leases were renewed. @throws UnexpectedAnswerError when the request failed as a whole */
export const countHeld = ({ status, body }: Answer): number => {
  if (status !== 200) throw new UnexpectedAnswerError(`heartbeats: ${status} ${body}`);
  const { results } = JSON.parse(body) as { results: { status: string }[] };
  return results.filter((result) => result.status === 'held').length;
};

/** @throws UnexpectedAnswerError unless each of `count` leases was renewed */
export const checkHeld = (answer: Answer, count: number): void => {
  const held = countHeld(answer);
  if (held !== count) throw new UnexpectedAnswerError(`heartbeats: ${held} of ${count} leases held`);
};
