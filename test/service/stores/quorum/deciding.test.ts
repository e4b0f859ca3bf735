// What a command comes to where nobody can tell whether the lease is live: a node is away, and those that answer do not agree.
import t from 'tap';
import { apply } from '../../../../service/src/session/apply.ts';
import type { Command } from '../../../../service/src/session/commands.ts';
import { EMPTY_SESSION, type ConnectionId, type FencingToken, type LeaseIdHash, type Session, type Waiter } from '../../../../service/src/session/types.ts';
import type { Basis } from '../../../../service/src/stores/quorum/basis.ts';
import { decideOn } from '../../../../service/src/stores/quorum/deciding.ts';

const NOW = { monoMs: 50_000, wallUs: 50_000_000 };
const LATER = { monoMs: 50_003, wallUs: 50_003_000 };
const acquire = (id: string, waitMs = 0): Command => ({ kind: 'acquire', leaseIdHash: id as LeaseIdHash, connection: `i1:${id}` as ConnectionId, holder: `holder of ${id}`, background: false, ttlMs: 3_000, waitMs, maxHoldMs: 3_600_000, maxWaiters: undefined, yieldRequest: undefined });

/** Held by `a`, whose end nobody knows: as it was read, it was live for a moment more. */
const held = (): Session => {
  const { session } = apply(EMPTY_SESSION, 0 as FencingToken, acquire('a'), NOW);
  return { ...session, waiters: [], lease: { ...session.lease!, expiresAtMs: NOW.monoMs + 1 } };
};
const doubtful = (session: Session): Basis => ({ ballot: { number: 1, step: 0 }, by: 'i1:1', own: undefined, past: [], value: 'v', session, floor: 0, kind: 'read', isCommitted: true, isDoubtful: true });
const waiters = (session: Session): readonly Waiter[] => apply(session, 0 as FencingToken, acquire('b', 10_000), NOW).session.waiters;

t.test('whoever looks after the waiters does not end it, however much later that is', async (t) => {
  const session = held();
  const decision = decideOn({ kind: 'tick' }, doubtful(session), waiters(session), LATER);
  t.equal(decision.kind, 'answer');
  t.equal(decision.session.lease?.leaseIdHash, 'a');
  t.strictSame([decision.events, decision.wakes], [[], []]);
  t.equal(decision.waiters.length, 1);
});

t.test('known for sure to be over, it is ended', async (t) => {
  const decision = decideOn({ kind: 'tick' }, { ...doubtful(held()), isDoubtful: false }, [], LATER);
  t.match(decision, { kind: 'write', events: [{ type: 'ended', endedBecause: 'expired' }] });
});

t.test('its holder may release it, and an operator revoke it', async (t) => {
  t.match(decideOn({ kind: 'revoke' }, doubtful(held()), [], LATER), { kind: 'write', outcome: { kind: 'revoked' } });
  t.match(decideOn({ kind: 'release', leaseIdHash: 'a' as LeaseIdHash }, doubtful(held()), [], LATER), { kind: 'write', outcome: { kind: 'released' } });
});

t.test('what depends on it is refused, and nothing is done', async (t) => {
  const commands: readonly Command[] = [acquire('b'), { kind: 'renew', leaseIdHash: 'a' as LeaseIdHash, ttlMs: undefined }, { kind: 'inspect' }];
  for (const command of commands) t.throws(() => decideOn(command, doubtful(held()), [], LATER), { code: 'store-unavailable', outcome: 'not-applied' }, command.kind);
});

t.test('what cannot be repeated grants nothing along with it: the next command does', async (t) => {
  const free = { ...doubtful(held()), isDoubtful: false };
  const waiting = waiters(held());
  const revoked = decideOn({ kind: 'revoke' }, free, waiting, LATER);
  t.match(revoked, { kind: 'write', effect: { kind: 'keep' }, outcome: { kind: 'lease-not-held' }, wakes: [], events: [{ type: 'ended', endedBecause: 'expired' }] });
  t.strictSame(revoked.waiters, waiting);
  const granted = decideOn({ kind: 'tick' }, free, waiting, LATER);
  t.match(granted, { effect: { kind: 'claim' }, wakes: [{ outcome: { kind: 'granted' } }] });
});
