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

/** Makes lease ids of 24 characters, unlike any other's; the random part is drawn once, so that drawing it is no part of the load. */
export const leaseIdSource = (): (() => string) => {
  const base = randomBytes(9).toString('base64url');
  let last = 0;
  return () => base + String(++last).padStart(12, '0');
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

/** @throws UnexpectedAnswerError unless each of `count` leases was renewed */
export const checkHeld = ({ status, body }: Answer, count: number): void => {
  const results = status === 200 ? (JSON.parse(body) as { results: { status: string }[] }).results : [];
  const held = results.filter((result) => result.status === 'held').length;
  if (held !== count) throw new UnexpectedAnswerError(`heartbeats: ${status}, ${held} of ${count} leases held`);
};
