import t from 'tap';
import * as client from '../../client/src/index.ts';

t.test('every error of the package is a HoldfastError with its own name, a code, and the cause it was given', async (t) => {
  const cause = new Error('behind it');
  const held = { session: 's', holder: 'b', heldForMs: 1, remainingMs: 1, currentToken: 1, waiters: 0, waitedMs: 0 };
  const errors: [client.HoldfastError, string, string][] = [
    [new client.LeaseHeldError(held, { cause }), 'LeaseHeldError', 'lease-held'],
    [new client.LeaseLostError({ session: 's', fencingToken: 1 }, { cause }), 'LeaseLostError', 'lease-lost'],
    [new client.LeaseEndedError('over', { cause }), 'LeaseEndedError', 'lease-ended'],
    [new client.LeaseNotHeldError('free', { cause }), 'LeaseNotHeldError', 'lease-not-held'],
    [new client.StaleFencingTokenError({ fencingToken: 1 }, { cause }), 'StaleFencingTokenError', 'stale-fencing-token'],
    [new client.WaitersFullError('full', { cause }), 'WaitersFullError', 'waiters-full'],
    [new client.QuotaExceededError('full', 'leases', { cause }), 'QuotaExceededError', 'quota-exceeded'],
    [new client.HoldTooShortError(5, cause), 'HoldTooShortError', 'hold-too-short'],
    [new client.ServiceUnavailableError('down', { cause }), 'ServiceUnavailableError', 'service-unavailable'],
    [new client.StoreMismatchError('other', { cause }), 'StoreMismatchError', 'store-mismatch'],
    [new client.InvalidRequestError('wrong', { cause }), 'InvalidRequestError', 'request-invalid'],
    [new client.UnauthorizedError('no', { cause }), 'UnauthorizedError', 'unauthorized'],
    [new client.ReplyRefusedError('settled', { session: 's', state: 'dead' }, { code: 'reply-settled', cause }), 'ReplyRefusedError', 'reply-settled'],
    [new client.RepliesFullError('full', { cause }), 'RepliesFullError', 'replies-full'],
    [new client.ReplyNotParkedError({ session: 's', replyId: 'r', fencingToken: 1, reply: 'paid for' }, cause), 'ReplyNotParkedError', 'reply-not-parked'],
    [new client.DeliveryError('permanent', 'archived', { cause }), 'DeliveryError', 'delivery-failed'],
    [new client.SpoolError('keep a reply', cause), 'SpoolError', 'spool-failed'],
  ];
  for (const [error, name, code] of errors) {
    t.ok(error instanceof client.HoldfastError && error instanceof Error, name);
    t.match(error, { name, code });
    t.equal(error.cause, cause);
  }
  const causeless = [new client.LeaseUncertainError(), new client.ClientClosedError(), new client.TurnInterruptedError('gateway-2', undefined), new client.SpoolFullError('full')];
  for (const error of causeless) t.notOk('cause' in error, error.name);
  const exported = Object.values(client).filter((value) => typeof value === 'function' && value.prototype instanceof client.HoldfastError);
  t.equal(exported.length, errors.length + causeless.length, 'all of them are looked at here');
});

t.test('a stale token says what is known', async (t) => {
  t.match(new client.StaleFencingTokenError({ fencingToken: 1, verdict: 'unknown' }).message, /1 is not known to be current/);
  t.match(new client.StaleFencingTokenError({ fencingToken: 1, currentToken: 2, endedBecause: 'expired', successor: { holder: 'b' } }).message, /1 is stale \(expired\); the current one is 2, of b/);
  t.match(new client.StaleFencingTokenError({ fencingToken: 1, currentToken: 2 }).message, /1 is stale; the current one is 2\./);
});
