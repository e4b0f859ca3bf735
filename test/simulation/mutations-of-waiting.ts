/** Wrong rules about repeats, waiters and verdicts, all of which clients can see. */
import type { Waiter } from '../../service/src/session/types.ts';
import { after, asRules, before, real, withLease, withWaiters, type Mutation } from './mutation.ts';
import type { Rules } from './world.ts';

const extendingOnce = (): Rules => {
  const extended = new Set<number>();
  return asRules((session, floor, command, now) => {
    const { lease, waiters } = session;
    const isDue = lease && waiters.length > 0 && lease.expiresAtMs <= now.monoMs && !extended.has(lease.fencingToken);
    if (isDue) extended.add(lease.fencingToken);
    return real(isDue ? withLease(session, () => ({ expiresAtMs: now.monoMs + 1_000 })) : session, floor, command, now);
  });
};

export const MUTATIONS_OF_WAITING: readonly Mutation[] = [
  { wrong: 'ended ids are forgotten at once', breaks: ['S9'], rules: after((applied) => ({ ...applied, session: { ...applied.session, ended: [] } })) },
  {
    wrong: 'the release of an id that was never seen is not remembered',
    breaks: ['S9'],
    rules: after((applied, _was, command) =>
      command.kind === 'release' ? { ...applied, session: { ...applied.session, ended: applied.session.ended.filter(({ fencingToken }) => fencingToken !== undefined) } } : applied,
    ),
  },
  {
    wrong: 'a holder that repeats its acquire is told that the session is held',
    breaks: ['S9'],
    rules: after((applied, was, command) => {
      const { lease } = applied.session;
      if (command.kind !== 'acquire' || applied.outcome.kind !== 'granted' || !applied.outcome.repeated || !lease) return applied;
      return { ...applied, session: was.lease ? applied.session : was, outcome: { kind: 'lease-held', holder: lease.holder, heldForMs: 0, remainingMs: 1, currentToken: lease.fencingToken, waiters: 0, waitedMs: 0 } };
    }),
  },
  {
    wrong: 'who did not want to wait is queued all the same',
    breaks: ['S10'],
    rules: after((applied, _was, command, nowMs) => {
      if (command.kind !== 'acquire' || command.waitMs > 0 || applied.outcome.kind !== 'lease-held' || applied.outcome.position !== undefined) return applied;
      const { leaseIdHash, holder, background, ttlMs, maxHoldMs } = command;
      const ends = { waitEndsAtMs: nowMs, ticketEndsAtMs: nowMs + 5_000 };
      const waiter: Waiter = { leaseIdHash, holder, background, ttlMs, maxHoldMs, metadata: undefined, enqueuedAtMs: nowMs, requestedAtMs: nowMs, connection: undefined, ...ends };
      return { ...applied, session: withWaiters(applied.session, (waiters) => [...waiters, waiter]) };
    }),
  },
  {
    wrong: 'an offer lives for the whole TTL',
    breaks: ['S16'],
    rules: after((applied, was, _command, nowMs) => {
      const { lease } = applied.session;
      const isNew = lease && !lease.confirmed && lease.fencingToken !== was.lease?.fencingToken;
      return isNew ? { ...applied, session: withLease(applied.session, () => ({ expiresAtMs: nowMs + lease.ttlMs })) } : applied;
    }),
  },
  {
    wrong: 'a void ticket is offered the session',
    breaks: ['S16', 'L1'],
    rules: before((session, _command, nowMs) =>
      withWaiters(session, (waiters) => waiters.map((waiter) => (waiter.connection === undefined && waiter.ticketEndsAtMs <= nowMs ? { ...waiter, ticketEndsAtMs: nowMs + 5_000 } : waiter))),
    ),
  },
  { wrong: 'an expired lease is given another second while somebody waits', breaks: ['L1'], rules: extendingOnce },
  {
    wrong: 'the last to come is served first',
    breaks: ['FIFO'],
    rules: after((applied, was, command) =>
      command.kind === 'acquire' && applied.session.waiters.length > was.waiters.length
        ? { ...applied, session: withWaiters(applied.session, (waiters) => [...waiters.filter(({ leaseIdHash }) => leaseIdHash === command.leaseIdHash), ...waiters.filter(({ leaseIdHash }) => leaseIdHash !== command.leaseIdHash)]) }
        : applied,
    ),
  },
  {
    wrong: 'the background is served in turn with the foreground',
    breaks: ['FIFO'],
    rules: after((applied, was, command) =>
      command.kind === 'acquire' && applied.session.waiters.length > was.waiters.length
        ? { ...applied, session: withWaiters(applied.session, (waiters) => [...waiters.filter(({ leaseIdHash }) => leaseIdHash !== command.leaseIdHash), ...waiters.filter(({ leaseIdHash }) => leaseIdHash === command.leaseIdHash)]) }
        : applied,
    ),
  },
  {
    wrong: 'a ticket ends with its 409',
    breaks: ['FIFO'],
    rules: after((applied, _was, command) => (command.kind === 'tick' ? { ...applied, session: withWaiters(applied.session, (waiters) => waiters.filter(({ connection }) => connection !== undefined)) } : applied)),
  },
  {
    wrong: 'the last token is called current when nobody holds',
    breaks: ['S6'],
    rules: after((applied) => (applied.outcome.kind === 'verdict' && applied.outcome.verdict === 'ended' ? { ...applied, outcome: { ...applied.outcome, verdict: 'current', stale: false } } : applied)),
  },
  {
    wrong: 'an unknown token is not counted as stale',
    breaks: ['S6'],
    rules: after((applied) => (applied.outcome.kind === 'verdict' && applied.outcome.verdict === 'unknown' ? { ...applied, outcome: { ...applied.outcome, stale: false } } : applied)),
  },
];
