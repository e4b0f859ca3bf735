import t from 'tap';
import { LeaseHeldError, ServiceUnavailableError } from '../../client/src/errors.ts';
import { isTransient, retryAfterOf } from '../../client/src/transient.ts';

const withCode = (code: string): Error => Object.assign(new Error(code), { code });

t.test('broken and silent connections pass, whether told by the error or by its cause', async (t) => {
  for (const code of ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'UND_ERR_SOCKET', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT']) {
    t.equal(isTransient(withCode(code)), true, code);
    t.equal(isTransient(new TypeError('fetch failed', { cause: withCode(code) })), true, `fetch failed: ${code}`);
  }
});

t.test('statuses: conflicts, limits and failures of the provider pass, what it refuses does not', async (t) => {
  for (const status of [408, 409, 425, 429, 500, 502, 503, 504, 529]) t.equal(isTransient({ status }), true, `${status}`);
  for (const status of [400, 401, 403, 404, 413, 422]) t.equal(isTransient({ status }), false, `${status}`);
  t.equal(isTransient({ statusCode: 503 }), true);
  t.equal(isTransient({ status: 400, cause: withCode('ECONNRESET') }), false, 'the provider has spoken');
});

t.test('the timeouts of model SDKs, which carry neither code nor status, pass', async (t) => {
  class APIConnectionTimeoutError extends Error {}
  t.equal(isTransient(new APIConnectionTimeoutError('Request timed out.')), true);
  t.equal(isTransient(new DOMException('late', 'TimeoutError')), true);
});

t.test('what says nothing, is aborted, or is wrong does not pass', async (t) => {
  for (const error of [new Error('no'), new DOMException('stop', 'AbortError'), new TypeError('x is not a function'), 'ECONNRESET', undefined, null]) {
    t.equal(isTransient(error), false, String(error));
  }
});

t.test('contention and an absent lease service are never taken for a failure of the provider', async (t) => {
  const held = new LeaseHeldError({ session: 's', holder: 'b', heldForMs: 1, remainingMs: 1, currentToken: 1, waiters: 0, waitedMs: 0 });
  t.equal(isTransient(held), false);
  t.equal(isTransient(new ServiceUnavailableError('down', { cause: withCode('ECONNRESET') })), false);
  t.equal(isTransient(new Error('wrapped', { cause: held })), false);
});

t.test('causes that go in a circle come to an end', async (t) => {
  const error = new Error('circle');
  error.cause = error;
  t.equal(isTransient(error), false);
});

t.test('Retry-After is found where SDKs put it', async (t) => {
  t.equal(retryAfterOf({ headers: { 'retry-after': '2' } }, 0), 2_000);
  t.equal(retryAfterOf({ headers: new Headers({ 'retry-after': '2' }) }, 0), 2_000);
  t.equal(retryAfterOf({ response: { headers: new Headers({ 'retry-after': '2' }) } }, 0), 2_000);
  t.equal(retryAfterOf(new Error('x', { cause: { headers: { 'retry-after': '2' } } }), 0), 2_000);
  t.equal(retryAfterOf(new Error('x'), 0), undefined);
});
