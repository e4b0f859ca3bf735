import t from 'tap';
import { LeaseEndedError, LeaseLostError, LeaseUncertainError, ServiceUnavailableError, StaleFencingTokenError } from '../../../client/src/errors.ts';
import { DeliveryError } from '../../../client/src/reply-errors.ts';
import { classifyFailure, errorText, saysStale } from '../../../client/src/replies/delivery-outcome.ts';

const WALL_MS = 1_700_000_000_000;
const failureOf = (error: unknown): string => classifyFailure(error, undefined, WALL_MS).failure;
const withStatus = (status: number): Error => Object.assign(new Error('x'), { status });
const withCode = (code: string): Error => Object.assign(new Error('x'), { code });

t.test('a status is the channel\'s word: its own trouble passes, a refusal does not, a silence behind it is unknown', async (t) => {
  for (const status of [409, 423, 425, 429, 500, 502, 503]) t.equal(failureOf(withStatus(status)), 'transient', String(status));
  for (const status of [400, 401, 403, 404, 410, 413, 422]) t.equal(failureOf(withStatus(status)), 'permanent', String(status));
  for (const status of [408, 504, 200, 302]) t.equal(failureOf(withStatus(status)), 'unknown', String(status));
  t.equal(failureOf(new Error('outer', { cause: withStatus(403) })), 'permanent');
});

t.test('what was never sent is transient; any other failure may have arrived', async (t) => {
  for (const code of ['ECONNREFUSED', 'ENOTFOUND', 'UND_ERR_CONNECT_TIMEOUT']) t.equal(failureOf(withCode(code)), 'transient', code);
  t.equal(failureOf(new TypeError('fetch failed', { cause: withCode('ECONNREFUSED') })), 'transient');
  for (const error of [withCode('ECONNRESET'), withCode('ETIMEDOUT'), new TypeError('a bug'), new DOMException('x', 'AbortError'), 'thrown text', undefined, null]) t.equal(failureOf(error), 'unknown', String(error));
});

t.test('a DeliveryError says it itself, and the application has the last word', async (t) => {
  for (const failure of ['transient', 'permanent', 'unknown'] as const) t.equal(failureOf(new DeliveryError(failure, 'x', { cause: withStatus(500) })), failure);
  t.equal(classifyFailure(withStatus(403), () => 'transient', WALL_MS).failure, 'transient');
  t.equal(classifyFailure(withStatus(403), () => undefined, WALL_MS).failure, 'permanent');
});

t.test('Retry-After is whole milliseconds from now, within what the service takes', async (t) => {
  const retryAfterOf = (error: unknown): number | undefined => classifyFailure(error, undefined, WALL_MS).retryAfterMs;
  const withHeader = (value: string): Error => Object.assign(withStatus(429), { headers: { 'retry-after': value } });
  t.equal(retryAfterOf(withHeader('2.5')), 2_500);
  t.equal(retryAfterOf(withHeader(new Date(WALL_MS + 60_000).toUTCString())), 60_000);
  t.equal(retryAfterOf(withHeader('999999999')), 86_400_000);
  t.equal(retryAfterOf(withStatus(429)), undefined);
  for (const [given, told] of [[1.4, 1], [-5, 0], [Infinity, 86_400_000], [NaN, undefined]] as const) {
    t.equal(retryAfterOf(new DeliveryError('transient', 'x', { retryAfterMs: given })), told, String(given));
  }
});

t.test('an error\'s words are at most 2,048 bytes of whole characters', async (t) => {
  t.equal(errorText(new TypeError('no')), 'TypeError: no');
  t.equal(errorText('x'.repeat(2_048)), 'x'.repeat(2_048));
  for (const [character, bytes] of [['x', 1], ['ä', 2], ['€', 3], ['😀', 4]] as const) {
    for (const before of ['', 'a', 'aa', 'aaa']) {
      const text = errorText(before + character.repeat(3_000));
      t.ok(Buffer.byteLength(text) <= 2_048 && Buffer.byteLength(text) > 2_048 - 3 - bytes, `${character} ${before}`);
      t.match(text, new RegExp(`^${before}(${character})+$`, 'u'));
    }
  }
  t.equal(errorText('\ud800').isWellFormed(), true);
  for (const thrown of [undefined, null, 5, Symbol('s'), Object.create(null), { toString: () => { throw new Error('x'); } }]) t.type(errorText(thrown), 'string');
});

t.test('what says that the session is somebody else\'s is told from all other errors', async (t) => {
  const loss = { session: 's', fencingToken: 7 };
  for (const error of [new StaleFencingTokenError(loss), new LeaseLostError(loss), new LeaseEndedError('x'), new LeaseUncertainError()]) t.equal(saysStale(error), true, error.name);
  for (const error of [new ServiceUnavailableError('x'), new Error('stale'), undefined]) t.equal(saysStale(error), false);
});
