/** Problem documents (RFC 9457), turned into the client's errors. Pure. */
import {
  InvalidRequestError,
  LeaseEndedError,
  LeaseHeldError,
  LeaseLostError,
  LeaseNotHeldError,
  QuotaExceededError,
  ServiceUnavailableError,
  UnauthorizedError,
  WaitersFullError,
  type ErrorFacts,
  type HoldfastError,
} from './errors.ts';
import type { Answer } from './exchange.ts';
import { RepliesFullError, ReplyRefusedError } from './reply-errors.ts';
import type { AttemptSupersededProblem, LeaseHeldProblem, LeaseLostProblem, Problem, QuotaExceededProblem, ReplyNotNextProblem, ReplySettledProblem } from './wire.ts';

/** What the refusals about a reply tell beside their code, each its own part. */
type RefusedReply = Partial<Pick<ReplySettledProblem, 'state'> & Pick<ReplyNotNextProblem, 'replyId'> & Pick<AttemptSupersededProblem, 'attempts'>>;

/** The document, as far as the answer has one. */
export const problemIn = ({ body }: Pick<Answer, 'body'>): Partial<Problem> => (typeof body === 'object' && body !== null ? body : {});

const factsOf = ({ code, retryable, requestId, outcome }: Partial<Problem>): ErrorFacts => ({
  ...(code !== undefined && { code }),
  ...(retryable !== undefined && { retryable }),
  ...(requestId !== undefined && { requestId }),
  ...(outcome !== undefined && { outcome }),
});

const textOf = (answer: Pick<Answer, 'body' | 'status'>): string => {
  const { detail, title } = problemIn(answer);
  return detail ?? title ?? `The service answered ${answer.status}.`;
};

/** The error behind an answer that gives no verdict on what was asked; undefined for all others. */
export const faultIn = (answer: Pick<Answer, 'body' | 'status'>): HoldfastError | undefined => {
  const facts = factsOf(problemIn(answer));
  if (answer.status === 401 || answer.status === 403) return new UnauthorizedError(textOf(answer), facts);
  // One that sends too much was not looked at, and is no wiser about what it asked.
  if (answer.status === 408 || answer.status >= 500 || facts.code === 'rate-limited') return new ServiceUnavailableError(textOf(answer), facts);
  return undefined;
};

/**
 * The error behind a refusal.
 * @param waitedMs how long the caller waited in all, where that is more than this request
 */
export const refusalIn = (answer: Pick<Answer, 'body' | 'status'>, session: string, waitedMs?: number): HoldfastError => {
  const facts = factsOf(problemIn(answer));
  switch (facts.code) {
    case 'lease-held':
      return heldError(answer.body as LeaseHeldProblem, session, facts, waitedMs);
    case 'lease-ended':
      return new LeaseEndedError(textOf(answer), facts);
    case 'lease-lost':
      return lostError(answer.body as LeaseLostProblem, session, facts);
    case 'lease-not-held':
      return new LeaseNotHeldError(textOf(answer), facts);
    case 'waiters-full':
      return new WaitersFullError(textOf(answer), facts);
    case 'quota-exceeded':
      return new QuotaExceededError(textOf(answer), (answer.body as QuotaExceededProblem).quota, facts);
    case 'replies-full':
      return new RepliesFullError(textOf(answer), facts);
    case 'reply-unknown':
    case 'reply-settled':
    case 'reply-not-next':
    case 'reply-sending':
    case 'attempt-superseded':
    case 'attempt-not-taken': {
      const { state, replyId, attempts } = answer.body as RefusedReply;
      return new ReplyRefusedError(textOf(answer), { session, state, replyId, attempts }, facts);
    }
    default:
      return new InvalidRequestError(textOf(answer), facts);
  }
};

const heldError = (problem: LeaseHeldProblem, session: string, facts: ErrorFacts, waitedMs = problem.waitedMs): LeaseHeldError => {
  const { holder, heldForMs, remainingMs, currentToken, waiters, position } = problem;
  return new LeaseHeldError({ session, holder, heldForMs, remainingMs, currentToken, waiters, position, waitedMs }, facts);
};

const lostError = (problem: LeaseLostProblem, session: string, facts: ErrorFacts): LeaseLostError => {
  const { fencingToken, currentToken, endedBecause, successor } = problem;
  return new LeaseLostError({ session, fencingToken, currentToken, endedBecause, successor }, facts);
};
