/** Wrong rules about tokens and about when a lease lives, all of which clients can see. */
import type { Outcome } from '../../service/src/session/commands.ts';
import { EMPTY_SESSION, type FencingToken, type Lease } from '../../service/src/session/types.ts';
import { after, asRules, before, expiring, isOwn, real, withLease, type Mutation } from './mutation.ts';
import type { Rules } from './world.ts';

const releasingByHolder = (): Rules => {
  const holders = new Map<string, string>();
  return asRules((session, floor, command, now) => {
    if (command.kind === 'acquire') holders.set(command.leaseIdHash, command.holder);
    const isSame = command.kind === 'release' && session.lease && holders.get(command.leaseIdHash) === session.lease.holder;
    return real(session, floor, isSame ? { ...command, leaseIdHash: session.lease.leaseIdHash } : command, now);
  });
};

export const MUTATIONS_OF_LEASES: readonly Mutation[] = [
  {
    wrong: 'tokens are the wall clock, without the floor',
    breaks: ['S1', 'S2'],
    rules: () =>
      asRules((session, floor, command, now) => {
        const applied = real(session, 0 as FencingToken, command, now);
        return applied.floor === 0 ? { ...applied, floor } : applied;
      }),
  },
  {
    wrong: 'a session that was forgotten starts without the floor',
    breaks: ['S2'],
    rules: () => asRules((session, floor, command, now) => (session === EMPTY_SESSION ? real(session, 0 as FencingToken, command, now) : real(session, floor, command, now))),
  },
  { wrong: 'a release goes by the name of the holder', breaks: ['S8'], rules: releasingByHolder },
  {
    wrong: 'a waiter that leaves ends the lease it waits for',
    breaks: ['S8'],
    rules: () =>
      asRules((session, floor, command, now) => {
        const waits = command.kind === 'release' && session.waiters.some(({ leaseIdHash }) => leaseIdHash === command.leaseIdHash);
        return real(session, floor, waits ? { ...command, leaseIdHash: session.lease!.leaseIdHash } : command, now);
      }),
  },
  {
    wrong: 'a renewal revives an expired lease',
    breaks: ['S7'],
    rules: before((session, command, nowMs) => (command.kind === 'renew' && isOwn(command, session.lease) ? withLease(session, ({ expiresAtMs }) => ({ expiresAtMs: Math.max(expiresAtMs, nowMs + 1) })) : session)),
  },
  {
    wrong: 'a lease is live in the millisecond of its expiry',
    breaks: ['S7'],
    rules: before((session, command, nowMs) => (command.kind !== 'tick' && session.lease?.expiresAtMs === nowMs ? withLease(session, () => ({ expiresAtMs: nowMs + 1 })) : session)),
  },
  {
    wrong: 'a renewal with a shorter TTL moves the expiry back',
    breaks: ['S7'],
    rules: after((applied, _was, command, nowMs) =>
      command.kind === 'renew' && applied.outcome.kind === 'renewed' ? expiring(applied, Math.min(applied.session.lease!.expiresAtMs, nowMs + applied.session.lease!.ttlMs), nowMs) : applied,
    ),
  },
  {
    wrong: 'a lost lease is taken back from its successor by a renewal',
    breaks: ['S3', 'S7'],
    rules: after((applied, was, command, nowMs) => {
      if (command.kind !== 'renew' || applied.outcome.kind !== 'lease-lost' || !was.lease || !applied.session.lease) return applied;
      const { fencingToken } = applied.outcome;
      const lease: Lease = { ...applied.session.lease, leaseIdHash: command.leaseIdHash, fencingToken, expiresAtMs: nowMs + 10_000 };
      const outcome: Outcome = { kind: 'renewed', afterMs: 0, confirms: false, fencingToken, ttlMs: 10_000, remainingMs: 10_000, renewAfterMs: 3_000, waiters: 0, parkedReplies: 0 };
      return { ...applied, session: { ...applied.session, lease }, outcome };
    }),
  },
  {
    wrong: 'who asks for a yield without waiting takes the session',
    breaks: ['S3', 'L3'],
    rules: () =>
      asRules((session, floor, command, now) => {
        const grabs = command.kind === 'acquire' && command.waitMs === 0 && command.yieldRequest !== undefined && !isOwn(command, session.lease);
        return real(grabs ? { ...session, lease: undefined, waiters: [] } : session, floor, command, now);
      }),
  },
  {
    wrong: 'a yield with a grace shortens what the holder was promised',
    breaks: ['S7', 'L3', 'S3'],
    rules: after((applied, _was, command, nowMs) =>
      command.kind === 'yield' && command.graceMs !== undefined && applied.session.lease
        ? { ...applied, session: withLease(applied.session, ({ expiresAtMs }) => ({ expiresAtMs: Math.min(expiresAtMs, nowMs + command.graceMs! + 1) })) }
        : applied,
    ),
  },
  {
    wrong: 'a late close shortens a grant that another connection was told',
    breaks: ['S7', 'L3', 'S3'],
    rules: before((session, command) => (command.kind === 'disconnect' && isOwn(command, session.lease) ? withLease(session, () => ({ soleConnection: command.connection })) : session)),
  },
];
