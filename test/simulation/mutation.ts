/** How rules are made wrong on purpose: the real ones, with something changed before or after. */
import { apply, type Applied } from '../../service/src/session/apply.ts';
import type { Command, Outcome } from '../../service/src/session/commands.ts';
import type { FencingToken, Lease, Session, Waiter } from '../../service/src/session/types.ts';
import type { PropertyId } from '../support/history/violation.ts';
import type { Rules } from './world.ts';

export interface Mutation {
  readonly wrong: string;
  /** Which promises its clients see broken; or, where only the state shows it, the rule that it breaks. */
  readonly breaks: readonly PropertyId[] | RegExp;
  readonly rules: () => Rules;
}

export type Plain = (session: Session, floor: FencingToken, command: Command, now: { monoMs: number; wallUs: number }) => Applied;

export const real: Plain = apply;
export const asRules = (plain: Plain): Rules => plain as Rules;

/** Changes the state before the real rules see it. */
export const before = (change: (session: Session, command: Command, nowMs: number) => Session): (() => Rules) => () =>
  asRules((session, floor, command, now) => real(change(session, command, now.monoMs), floor, command, now));

/** Changes what the real rules made of it. */
export const after = (change: (applied: Applied, was: Session, command: Command, nowMs: number) => Applied): (() => Rules) => () =>
  asRules((session, floor, command, now) => change(real(session, floor, command, now), session, command, now.monoMs));

export const withLease = (session: Session, change: (lease: Lease) => Partial<Lease>): Session =>
  session.lease ? { ...session, lease: { ...session.lease, ...change(session.lease) } } : session;

export const withWaiters = (session: Session, change: (waiters: readonly Waiter[]) => readonly Waiter[]): Session => ({ ...session, waiters: change(session.waiters) });

/** The new state, with the outcome's remaining time told as it then is. */
export const expiring = (applied: Applied, expiresAtMs: number, nowMs: number): Applied => {
  const { outcome } = applied;
  const told = 'remainingMs' in outcome && outcome.kind !== 'session' ? ({ ...outcome, remainingMs: expiresAtMs - nowMs } as Outcome) : outcome;
  return { ...applied, session: withLease(applied.session, () => ({ expiresAtMs })), outcome: told };
};

export const isOwn = (command: Command, lease: Lease | undefined): boolean => 'leaseIdHash' in command && command.leaseIdHash === lease?.leaseIdHash;
