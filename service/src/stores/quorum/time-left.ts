/** Tells a grant or a renewal with what a majority of the nodes says is left of it, where that is less than the rules reckoned. Pure. */
import type { Granted, Renewed } from '../../session/commands.ts';
import type { Decision } from './deciding.ts';

type Timed = Granted | Renewed;

const isTimed = (outcome: { readonly kind: string }): outcome is Timed => outcome.kind === 'granted' || outcome.kind === 'renewed';

const bounded = <O extends { readonly kind: string }>(outcome: O, leftMs: number): O => {
  if (!isTimed(outcome) || outcome.remainingMs <= leftMs) return outcome;
  const confirms = outcome.kind === 'granted' && outcome.confirmWithinMs !== undefined && { confirmWithinMs: Math.min(outcome.confirmWithinMs, leftMs) };
  return { ...outcome, remainingMs: leftMs, ...confirms };
};

/** The outcome, and the wakes, of which at most one is a grant: the lease is one. */
export const withTimeLeft = <D extends Pick<Decision, 'outcome' | 'wakes'>>({ outcome, wakes }: D, leftMs: number): Pick<D, 'outcome' | 'wakes'> => {
  const whole = Math.max(0, Math.floor(leftMs));
  return { outcome: bounded(outcome as { readonly kind: string }, whole) as D['outcome'], wakes: wakes.map((wake) => ({ ...wake, outcome: bounded(wake.outcome, whole) })) as D['wakes'] };
};
