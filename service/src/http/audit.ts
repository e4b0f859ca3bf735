/** Audit lines: who did what to whom, and why. `audit: true` tells them from all other lines of the log. */
import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import type { SessionEvent } from '../session/commands.ts';
import type { SessionName } from '../session/store.ts';
import { traceIdOf } from './trace.ts';

const TEXTS = {
  yield: 'a holder was asked to yield',
  revoke: 'a lease was revoked',
  replay: 'an operator replayed a reply',
  discard: 'an operator discarded a reply',
  'sign-in': 'somebody signed in to the pages',
} as const;

export type AuditAction = keyof typeof TEXTS;

/** A line about what a caller has done. The facts never hold a lease id, a payload or a key. */
export const audit = (request: FastifyRequest, action: AuditAction, facts: Readonly<Record<string, unknown>>): void => {
  const { keyId, namespace } = request.access;
  const traceId = traceIdOf(request);
  request.server.log.warn({ audit: true, action, keyId, namespace, ...facts, requestId: request.id, ...(traceId !== undefined && { traceId }) }, TEXTS[action]);
};

/** A line about a lease that went from its holder without its doing. */
export const auditTakeover = (log: FastifyBaseLogger, { namespace, key }: SessionName, event: SessionEvent): void => {
  if (event.type !== 'ended' || event.endedBecause === 'released') return;
  const { holder, fencingToken, endedBecause, heldForMs } = event;
  log.info({ audit: true, action: 'takeover', namespace, session: key, holder, fencingToken, endedBecause, heldForMs }, 'a lease ended that was not released');
};
