import t from 'tap';
import { STATUSES } from '../../service/src/http/problem.ts';
import { ERRORS, type ErrorCode } from '../../service/src/session/errors.ts';
import { faultIn, refusalIn } from '../../client/src/problem.ts';

const problem = (code: string, more: object = {}) => ({ type: `/problems/${code}`, title: 'A title.', detail: 'in words', code, requestId: 'r-1', retryable: false, ...more });

const NAMES: Partial<Record<ErrorCode, string>> = {
  unauthorized: 'UnauthorizedError',
  forbidden: 'UnauthorizedError',
  'rate-limited': 'ServiceUnavailableError',
  'lease-held': 'LeaseHeldError',
  'lease-ended': 'LeaseEndedError',
  'lease-lost': 'LeaseLostError',
  'lease-not-held': 'LeaseNotHeldError',
  'waiters-full': 'WaitersFullError',
  'replies-full': 'RepliesFullError',
  'reply-unknown': 'ReplyRefusedError',
  'reply-settled': 'ReplyRefusedError',
  'reply-not-next': 'ReplyRefusedError',
  'reply-sending': 'ReplyRefusedError',
  'attempt-superseded': 'ReplyRefusedError',
  'attempt-not-taken': 'ReplyRefusedError',
  'request-timeout': 'ServiceUnavailableError',
  internal: 'ServiceUnavailableError',
  'store-unavailable': 'ServiceUnavailableError',
  'shutting-down': 'ServiceUnavailableError',
  'not-ready': 'ServiceUnavailableError',
  overloaded: 'ServiceUnavailableError',
  'quota-exceeded': 'QuotaExceededError',
};

t.test('every problem that the service has becomes an error of the class for it, under its own code', async (t) => {
  for (const code of Object.keys(ERRORS) as ErrorCode[]) {
    const answer = { status: STATUSES[code], body: problem(code, { retryable: ERRORS[code].retryable }) };
    const error = faultIn(answer) ?? refusalIn(answer, 's');
    t.match(error, { name: NAMES[code] ?? 'InvalidRequestError', code, requestId: 'r-1' }, code);
    t.equal(error.retryable, ERRORS[code].retryable, `${code}: retryable as the service says`);
  }
});

t.test('what the problem tells comes along', async (t) => {
  const held = { holder: 'b', heldForMs: 1, remainingMs: 2, currentToken: 3, waiters: 4, position: 5, waitedMs: 6 };
  t.match(refusalIn({ status: 409, body: problem('lease-held', held) }, 's'), { ...held, session: 's' });
  t.match(refusalIn({ status: 409, body: problem('lease-held', held) }, 's', 60_000), { waitedMs: 60_000 }, 'the whole wait, where it was more than this request');
  const lost = { fencingToken: 1, currentToken: 2, endedBecause: 'revoked', successor: { holder: 'c' } };
  t.match(refusalIn({ status: 410, body: problem('lease-lost', lost) }, 's'), { ...lost, session: 's' });
  t.match(faultIn({ status: 503, body: problem('store-unavailable', { outcome: 'not-applied' }) }), { outcome: 'not-applied', message: 'in words' });
});

t.test('a body that tells nothing still makes an error that does', async (t) => {
  for (const body of [undefined, null, 'text', {}]) {
    t.match(faultIn({ status: 502, body }), { code: 'service-unavailable', retryable: true, outcome: 'unknown', message: /502/ });
    t.match(faultIn({ status: 403, body }), { code: 'unauthorized', message: /403/ });
    t.match(refusalIn({ status: 418, body }, 's'), { code: 'request-invalid', message: /418/ });
  }
});

t.test('a verdict is no fault', async (t) => {
  for (const status of [200, 201, 204, 400, 404, 409, 410, 422, 429]) t.equal(faultIn({ status, body: {} }), undefined, `${status}`);
});
