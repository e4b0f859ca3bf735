import t from 'tap';
import { asGrant, asHeartbeatVerdicts, asRenewal, noVerdictIn } from '../../client/src/answers.ts';
import { renewalOf } from '../support/holding-facts.ts';

const GRANT = { session: 's', holder: 'g', fencingToken: 7, ttlMs: 1, remainingMs: 2, renewAfterMs: 3, waitedMs: 0, parkedReplies: 0 };
const NO_SPAN = [undefined, null, '5', -1, Number.NaN, Infinity];

t.test('good answers pass, with members of tomorrow', async (t) => {
  t.same(asGrant({ ...GRANT, tomorrow: true }), { ...GRANT, tomorrow: true });
  t.same(asRenewal(renewalOf()), renewalOf());
});

t.test('no wrong number becomes a deadline', async (t) => {
  for (const value of NO_SPAN) {
    for (const name of ['ttlMs', 'remainingMs', 'renewAfterMs', 'waitedMs']) {
      t.throws(() => asGrant({ ...GRANT, [name]: value }), { code: 'answer-invalid', message: new RegExp(name) }, `${name} ${String(value)}`);
    }
    for (const name of ['ttlMs', 'remainingMs', 'renewAfterMs', 'waiters']) t.throws(() => asRenewal(renewalOf({ [name]: value })), { code: 'answer-invalid' });
  }
  for (const fencingToken of [undefined, '7', 1.5, 2 ** 53]) {
    t.throws(() => asGrant({ ...GRANT, fencingToken }), { code: 'answer-invalid', message: /fencingToken/ });
    t.throws(() => asRenewal(renewalOf({ fencingToken })), { code: 'answer-invalid' });
  }
  for (const body of [undefined, null, 'text', 5]) t.throws(() => asGrant(body), { code: 'answer-invalid', outcome: 'unknown', retryable: true });
});

t.test('a batch has a verdict for each lease, or is no answer', async (t) => {
  const results = [{ status: 'held', ...renewalOf() }, { status: 'lost', endedBecause: 'expired' }, { status: 'not-found' }, { status: 'unknown' }, { status: 'of tomorrow' }];
  t.same(asHeartbeatVerdicts({ results }, 5).map(({ status }) => status), ['held', 'lost', 'not-found', 'unknown', 'unknown']);
  for (const body of [{ results }, { results: 'x' }, {}, undefined]) t.throws(() => asHeartbeatVerdicts(body, 4), { code: 'answer-invalid' });
  t.throws(() => asHeartbeatVerdicts({ results: [null] }, 1), { code: 'answer-invalid' });
  t.throws(() => asHeartbeatVerdicts({ results: [{ status: 'held' }] }, 1), { code: 'answer-invalid' });
});

t.test('a heartbeat without a verdict on any lease is a fault of its instance; with one on some it is an answer', async (t) => {
  const unknown = { status: 'unknown' };
  t.match(noVerdictIn({ status: 200, body: { results: [unknown, unknown] } }), { code: 'store-unavailable', retryable: true });
  for (const results of [[unknown, { status: 'held' }], [{ status: 'lost' }], [{ status: 'of tomorrow' }], []]) t.equal(noVerdictIn({ status: 200, body: { results } }), undefined);
  t.equal(noVerdictIn({ status: 404, body: undefined }), undefined, 'a refusal is another matter');
});
