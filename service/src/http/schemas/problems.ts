/** Problem documents (RFC 9457), and what each code adds to them. */
import { Type, type Static, type TProperties } from '@fastify/type-provider-typebox';
import { SCOPES } from '../../access/scopes.ts';
import { ERRORS, type ErrorCode } from '../../session/errors.ts';
import { QUOTAS } from '../../session/usage.ts';
import { BUDGETS } from '../budgets.ts';
import { endedBecause, fencingToken, span, waitersCount } from './fields.ts';
import { attempts, replyId, replyState } from './reply-fields.ts';
import { checks } from './service-answers.ts';

const CODES = Object.keys(ERRORS) as ErrorCode[];
const holder = Type.String({ description: 'The holder of the lease.' });

const problemOf = <Members extends TProperties>($id: string, codes: ErrorCode[], members: Members) =>
  Type.Object(
    {
      type: Type.String({ format: 'uri-reference', description: 'Names the kind of problem: `/problems/` and the code. The service explains it there.' }),
      title: Type.String({ description: 'The kind of problem in words, the same each time.' }),
      status: Type.Integer({ minimum: 400, maximum: 599 }),
      detail: Type.String({ description: 'What is particular about this one.' }),
      code: Type.Enum(codes, { type: 'string', description: 'What to tell problems apart by.' }),
      requestId: Type.String({ description: 'Names this request in the log of the service.' }),
      retryable: Type.Boolean({ description: 'Whether the same request may succeed later.' }),
      outcome: Type.Optional(
        Type.Enum(['applied', 'not-applied', 'unknown'], { type: 'string', description: 'What became of the command. `unknown`: repeat it with the same lease id.' }),
      ),
      ...members,
    },
    { $id },
  );

export const problem = problemOf('Problem', CODES, {});

export const leaseHeldProblem = problemOf('LeaseHeldProblem', ['lease-held'], {
  holder,
  heldForMs: span('How long it has been held.'),
  remainingMs: span('How long it still lives without a renewal.'),
  currentToken: fencingToken,
  waiters: waitersCount,
  position: Type.Optional(Type.Integer({ minimum: 1, description: 'The place in the queue; absent without a ticket.' })),
  waitedMs: span('How long this request waited.'),
});

export const leaseLostProblem = problemOf('LeaseLostProblem', ['lease-lost'], {
  fencingToken,
  currentToken: Type.Optional(fencingToken),
  endedBecause,
  successor: Type.Optional(Type.Object({ holder }, { description: 'Who took over.' })),
});

export const waitersFullProblem = problemOf('WaitersFullProblem', ['waiters-full'], { waiters: waitersCount });

export const replySettledProblem = problemOf('ReplySettledProblem', ['reply-settled'], { state: replyState });

export const replyNotNextProblem = problemOf('ReplyNotNextProblem', ['reply-not-next'], { replyId });

export const attemptSupersededProblem = problemOf('AttemptSupersededProblem', ['attempt-superseded'], { attempts });

const count = (description: string) => Type.Integer({ minimum: 0, description });

export const repliesFullProblem = problemOf('RepliesFullProblem', ['replies-full'], {
  replies: count('Undelivered and dead replies of the session.'),
  bytes: count('Bytes of their payloads.'),
  repliesMax: count('How many it may have.'),
  bytesMax: count('How many bytes their payloads may have.'),
});

export const quotaExceededProblem = problemOf('QuotaExceededProblem', ['quota-exceeded'], {
  quota: Type.Enum(QUOTAS, { type: 'string', description: 'What is used up.' }),
  limit: count('How many, or how many bytes, the namespace may have.'),
});

export const payloadTooLargeProblem = problemOf('PayloadTooLargeProblem', ['payload-too-large'], {
  payloadBytes: count('Bytes of the payload: of compact JSON, or of text in UTF-8.'),
  payloadBytesMax: count('How many it may have.'),
});

export const forbiddenProblem = problemOf('ForbiddenProblem', ['forbidden'], {
  scopes: Type.Array(Type.Enum(SCOPES, { type: 'string' }), { description: 'The key needs one of these.' }),
});

export const rateLimitedProblem = problemOf('RateLimitedProblem', ['rate-limited'], {
  budget: Type.Enum(BUDGETS, { type: 'string', description: 'What was counted.' }),
  perSecond: count('How many a second this key may send to this instance.'),
});

export const notReadyProblem = problemOf('NotReadyProblem', ['not-ready'], { checks });

export type Problem = Static<typeof problem>;

/** Codes whose problem has members of its own; all others are a plain `Problem`. */
export const PROBLEM_SCHEMAS: Partial<Record<ErrorCode, string>> = {
  'lease-held': 'LeaseHeldProblem',
  'lease-lost': 'LeaseLostProblem',
  'waiters-full': 'WaitersFullProblem',
  'reply-settled': 'ReplySettledProblem',
  'reply-not-next': 'ReplyNotNextProblem',
  'attempt-superseded': 'AttemptSupersededProblem',
  'replies-full': 'RepliesFullProblem',
  'quota-exceeded': 'QuotaExceededProblem',
  'payload-too-large': 'PayloadTooLargeProblem',
  'not-ready': 'NotReadyProblem',
  forbidden: 'ForbiddenProblem',
  'rate-limited': 'RateLimitedProblem',
};
