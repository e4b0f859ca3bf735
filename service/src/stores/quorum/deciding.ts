/** What a command comes to on some basis, and what has to be written for it. Pure. */
import type { Now } from '../../clock.ts';
import { apply } from '../../session/apply.ts';
import type { Command, OutcomeOf, SessionEvent, Wake } from '../../session/commands.ts';
import { StoreUnavailableError } from '../../session/errors.ts';
import type { FencingToken, Session, Waiter } from '../../session/types.ts';
import type { Basis } from './basis.ts';
import { changeOf } from './changes.ts';
import type { Effect } from './rules/register.ts';

export interface Decision<C extends Command = Command> {
  /** `answer`: nothing is to be written. `renewal`: only the end of the lease moves. */
  readonly kind: 'answer' | 'renewal' | 'write';
  /** Without waiters. */
  readonly session: Session;
  readonly waiters: readonly Waiter[];
  readonly effect: Effect;
  readonly outcome: OutcomeOf<C>;
  readonly wakes: readonly Wake[];
  readonly events: readonly SessionEvent[];
}

const KEEP: Effect = { kind: 'keep' };
const NOBODY: readonly Waiter[] = [];

/** What a command needs the lease's standing for, and cannot do without. The end that its own holder or an operator wants, it gets either way. */
const NEEDS_NO_VERDICT: readonly Command['kind'][] = ['park', 'release', 'revoke', 'inspect-reply', 'list-replies', 'disconnect', 'tick'];

/** Whether it comes to the same when it is carried out twice. The others are told otherwise the second time than the first. */
export const isRepeatable = ({ kind }: Command): boolean => kind !== 'revoke' && kind !== 'replay' && kind !== 'discard';

/** @throws StoreUnavailableError where whether the lease is live cannot be told, and the command depends on it */
export const decideOn = <C extends Command>(command: C, basis: Basis, waiters: readonly Waiter[], now: Now): Decision<C> => {
  if (basis.isDoubtful && basis.session.lease && !NEEDS_NO_VERDICT.includes(command.kind)) {
    throw new StoreUnavailableError('Whether the session is held cannot be told while a node is away.', 'not-applied');
  }
  const before: Session = { ...doubted(basis, now), waiters };
  const alone: Session = { ...before, waiters: NOBODY };
  const floor = basis.floor as FencingToken;
  const applied = apply(before, floor, command, now);
  // A vote cannot be taken while another stands: a lease that ends before its time is written as ended first, and the session granted anew by the next command.
  const wasLive = before.lease !== undefined && before.lease.expiresAtMs > now.monoMs;
  // Nor is a grant mixed with what cannot be repeated: whether it went through is told by its votes, and not by what is written.
  const isApart = !isRepeatable(command) || (wasLive && isNewLease(before, applied.session));
  return isApart ? { ...decision(alone, apply(alone, floor, command, now), now), waiters } : decision(before, applied, now);
};

/** Where nobody can tell whether the lease is over, it is not ended for that: it counts as live in this very moment, and is looked at again. */
const doubted = ({ session, isDoubtful }: Basis, now: Now): Session => {
  const { lease } = session;
  return isDoubtful && lease ? { ...session, lease: { ...lease, expiresAtMs: Math.max(lease.expiresAtMs, now.monoMs + 1) } } : session;
};

const isNewLease = (before: Session, after: Session): boolean => after.lease !== undefined && after.lease.fencingToken !== before.lease?.fencingToken;

const decision = <C extends Command>(before: Session, applied: { readonly session: Session; readonly outcome: OutcomeOf<C>; readonly wakes: readonly Wake[]; readonly events: readonly SessionEvent[] }, now: Now): Decision<C> => {
  const { session: after, outcome, wakes, events } = applied;
  const change = changeOf(before, after);
  const kind = change === 'none' ? 'answer' : change;
  return { kind, session: { ...after, waiters: NOBODY }, waiters: after.waiters, effect: change === 'none' ? KEEP : effectOf(before, after, now), outcome, wakes, events };
};

const effectOf = (before: Session, after: Session, now: Now): Effect => {
  const { lease } = after;
  if (lease === undefined) return KEEP;
  const forMs = lease.expiresAtMs - now.monoMs;
  if (isNewLease(before, after)) return { kind: 'claim', forMs };
  if (lease.renewedAtMs !== before.lease!.renewedAtMs || lease.expiresAtMs > before.lease!.expiresAtMs) return { kind: 'extend', forMs };
  return lease.expiresAtMs < before.lease!.expiresAtMs ? { kind: 'shorten', forMs } : KEEP;
};
