import t from 'tap';
import { decideRetry, isCovered, type RetryLimits } from '../../client/src/retry-decision.ts';

const LIMITS: RetryLimits = { attempts: 3, baseMs: 500, maxMs: 4_000, retryAfterMsMax: 60_000, attemptNeedsMs: 0, isTransient: undefined };
const failed = (more: object = {}) => ({ error: { status: 503 }, attempt: 1, holdRemainingMs: Infinity, wallMs: 0, fraction: 0.5, ...more });

t.test('a transient failure is tried again, after a part of a span that doubles up to its bound', async (t) => {
  t.same(decideRetry(failed(), LIMITS), { kind: 'retry', delayMs: 250 });
  t.same(decideRetry(failed({ attempt: 2 }), LIMITS), { kind: 'retry', delayMs: 500 });
  t.same(decideRetry(failed({ attempt: 50 }), { ...LIMITS, attempts: 99 }), { kind: 'retry', delayMs: 2_000 });
  t.same(decideRetry(failed({ fraction: 0 }), LIMITS), { kind: 'retry', delayMs: 0 }, 'full jitter reaches down to nothing');
});

t.test('the last attempt and the permanent failure are given up', async (t) => {
  t.same(decideRetry(failed({ attempt: 3 }), LIMITS), { kind: 'give-up' });
  t.same(decideRetry(failed({ error: { status: 400 } }), LIMITS), { kind: 'give-up' });
});

t.test('the caller may judge an error itself, or leave it', async (t) => {
  const own = (error: unknown): boolean | undefined => (error === 'again' ? true : undefined);
  t.same(decideRetry(failed({ error: 'again' }), { ...LIMITS, isTransient: own }).kind, 'retry');
  t.same(decideRetry(failed(), { ...LIMITS, isTransient: own }).kind, 'retry');
  t.same(decideRetry(failed(), { ...LIMITS, isTransient: () => false }).kind, 'give-up');
});

t.test('Retry-After comes before the jitter, up to its bound', async (t) => {
  const asks = (seconds: number) => failed({ error: { status: 429, headers: { 'retry-after': `${seconds}` } } });
  t.same(decideRetry(asks(10), LIMITS), { kind: 'retry', delayMs: 10_250 });
  t.same(decideRetry(asks(60), LIMITS).kind, 'retry');
  t.same(decideRetry(asks(61), LIMITS), { kind: 'give-up' });
});

t.test('an attempt that the remaining hold cannot cover is not begun', async (t) => {
  t.same(decideRetry(failed({ holdRemainingMs: 249 }), LIMITS), { kind: 'hold-too-short' });
  t.same(decideRetry(failed({ holdRemainingMs: 250 }), LIMITS).kind, 'retry');
  const long = { ...LIMITS, attemptNeedsMs: 10_000 };
  t.same(decideRetry(failed({ holdRemainingMs: 10_249 }), long), { kind: 'hold-too-short' });
  t.same(decideRetry(failed({ holdRemainingMs: 10_250 }), long).kind, 'retry');
  t.equal(isCovered(0, 0, LIMITS), false, 'nothing left covers nothing');
});
