// POST /v1/replies/{session}/{replyId}/discard
import t from 'tap';
import { buildTestApp } from '../../../support/build-app.ts';
import { acquire, call, inspect, release } from '../../../support/inject.ts';
import { keepingLog } from '../../../support/kept-log.ts';
import { attempt, discard, park, replyPath, tokenOf } from '../../../support/reply-calls.ts';

t.test('a parked reply is superseded, visibly and with the reason; the log says why', async (t) => {
  const { log, lines } = keepingLog();
  const { app, clock } = await buildTestApp(t, { log });
  await park(app, 's', 'r', { fencingToken: await tokenOf(app, 's', 'a'), payload: 'the secret text' });
  clock.advance(1_000);
  const discarded = await discard(app, 's', 'r', undefined, 'answered by hand');
  t.equal(discarded.statusCode, 200);
  t.match(discarded.json(), { session: 's', replyId: 'r', state: 'superseded', reason: 'answered by hand', settledMsAgo: 0 });
  t.notOk('dueInMs' in discarded.json());
  t.match((await inspect(app, 's')).json(), { parkedReplies: 0 });
  t.match(lines(), [{ level: 40, msg: 'an operator discarded a reply', session: 's', replyId: 'r', reason: 'answered by hand', requestId: /^epoch-/ }]);
  t.notMatch(JSON.stringify(lines()), /secret text/);
  clock.advance(1_000);
  t.match((await discard(app, 's', 'r', undefined, 'again')).json(), { state: 'superseded', reason: 'answered by hand', settledMsAgo: 1_000 }, 'a repeat changes nothing');
});

t.test('the live holder may, by its Lease-Id, and leaves no line in the log', async (t) => {
  const { log, lines } = keepingLog();
  const { app } = await buildTestApp(t, { log });
  await park(app, 's', 'r', { fencingToken: await tokenOf(app, 's', 'a') });
  t.match((await discard(app, 's', 'r', 'stranger')).json(), { status: 404, code: 'lease-unknown', outcome: 'not-applied' });
  t.match((await discard(app, 's', 'r', 'a')).json(), { state: 'superseded' });
  await release(app, 's', 'a');
  await acquire(app, 's', 'b');
  t.match((await discard(app, 's', 'r', 'a')).json(), { status: 410, code: 'lease-lost', endedBecause: 'released', outcome: 'not-applied' });
  t.strictSame(lines(), []);
});

t.test('what is being sent, is delivered, or is not known, cannot be discarded', async (t) => {
  const { app } = await buildTestApp(t);
  await park(app, 's', 'r', { fencingToken: await tokenOf(app, 's', 'a') });
  await attempt(app, 's', 'r', 'a', { attempt: 1, outcome: 'sending' });
  const sending = await discard(app, 's', 'r');
  t.match(sending.json(), { status: 409, code: 'reply-sending', retryable: true, outcome: 'not-applied' });
  t.notOk('retry-after' in sending.headers);
  await attempt(app, 's', 'r', 'a', { attempt: 1, outcome: 'delivered' });
  t.match((await discard(app, 's', 'r')).json(), { status: 409, code: 'reply-settled', state: 'delivered' });
  t.match((await discard(app, 's', 'x')).json(), { status: 404, code: 'reply-unknown' });
});

t.test('a reason must be given, and a Lease-Id that is given must be right', async (t) => {
  const { app } = await buildTestApp(t);
  const url = `${replyPath('s', 'r')}/discard`;
  t.match((await call(app, { method: 'POST', url, body: {} })).json(), { code: 'request-invalid', detail: 'reason: is required' });
  t.match((await call(app, { method: 'POST', url })).json(), { code: 'request-invalid', detail: 'The body must be a JSON object' });
  t.match((await call(app, { method: 'POST', url, body: { reason: 'r'.repeat(513) } })).json(), { detail: 'reason: must be at most 512 characters' });
  t.match((await call(app, { method: 'POST', url, body: { reason: 'x' }, leaseId: 'short' })).json(), { status: 400, code: 'lease-id-invalid' });
});
