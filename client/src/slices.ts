/**
 * A wait of any length, sent as slices of 25 s on one lease id: balancers cut at 60 s, and a ticket outlives its
 * request long enough for the next slice to find its place. Pure.
 */
import type { Answer } from './exchange.ts';
import { problemIn } from './problem.ts';
import type { LeaseHeldProblem } from './wire.ts';

export const SLICE_MS_MAX = 25_000;

/** How long the next request is to wait, in whole milliseconds. */
export const sliceMs = (waitMs: number, elapsedMs: number): number => Math.ceil(Math.min(SLICE_MS_MAX, Math.max(0, waitMs - elapsedMs)));

/**
 * What to do next. `again`: ask again with the same lease id. `anew`: the id is over, though nobody here ended it; mint
 * another. `refused`: tell the caller.
 */
export type Step = 'granted' | 'again' | 'anew' | 'refused';

export const stepAfter = (answer: Pick<Answer, 'status' | 'body'>, waitMs: number, elapsedMs: number): Step => {
  if (answer.status === 200 || answer.status === 201) return 'granted';
  const { code } = problemIn(answer);
  if (code === 'lease-ended') return 'anew';
  return code === 'lease-held' && hasTicket(answer) && elapsedMs < waitMs ? 'again' : 'refused';
};

/** Whether the answer says that the id has a place in the queue. */
export const hasTicket = ({ body }: Pick<Answer, 'body'>): boolean => (body as Partial<LeaseHeldProblem> | undefined)?.position !== undefined;
