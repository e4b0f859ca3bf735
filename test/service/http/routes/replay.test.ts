// POST /v1/replies/{session}/{replyId}/replay
import t from 'tap';
import { buildTestApp } from '../../../support/build-app.ts';
import { acquire, call, inspect, leaseIdOf, release } from '../../../support/inject.ts';
import { keepingLog } from '../../../support/kept-log.ts';
import { attempt, discard, park, readReply, replay, replyPath, tokenOf } from '../../../support/reply-calls.ts';

t.test('a dead reply is parked again, due now, with its whole life before it; the log says why', async (t) => {
  const { log, lines } = keepingLog();
  const { app, clock } = await buildTestApp(t, { log });
  await park(app, 's', 'r', { fencingToken: await tokenOf(app, 's', 'a'), expiresInMs: 2_000, payload: 'the secret text' });
  clock.advance(2_000);
  t.match((await readReply(app, 's', 'r')).json(), { state: 'dead', reason: /^expired/ });
  for (const repeat of [1, 2]) {
    const replayed = await replay(app, 's', 'r', undefined, 'the channel is back');
    t.equal(replayed.statusCode, 200, `time ${repeat}`);
    t.match(replayed.json(), { session: 's', replyId: 'r', state: 'parked', reason: 'the channel is back', dueInMs: 0, expiresInMs: 2_000 });
  }
  const line = { level: 40, msg: 'an operator replayed a reply', session: 's', replyId: 'r', reason: 'the channel is back', requestId: /^epoch-/ };
  t.match(lines(), [line, line]);
  t.equal(lines().length, 2);
  t.notMatch(JSON.stringify(lines()), /secret text/);
});

t.test('the live holder may, by its Lease-Id, and leaves no line in the log', async (t) => {
  const { log, lines } = keepingLog();
  const { app } = await buildTestApp(t, { log });
  await park(app, 's', 'r', { fencingToken: await tokenOf(app, 's', 'a') });
  await discard(app, 's', 'r', 'a');
  t.match((await replay(app, 's', 'r', 'a')).json(), { state: 'parked' });
  t.match((await replay(app, 's', 'r', 'stranger')).json(), { status: 404, code: 'lease-unknown', outcome: 'not-applied' });
  await release(app, 's', 'a');
  await acquire(app, 's', 'b');
  t.match((await replay(app, 's', 'r', 'a')).json(), { status: 410, code: 'lease-lost', endedBecause: 'released', outcome: 'not-applied' });
  t.strictSame(lines(), []);
});

t.test('what is being sent, is delivered, or is not known, cannot be replayed', async (t) => {
  const { app } = await buildTestApp(t);
  await park(app, 's', 'r', { fencingToken: await tokenOf(app, 's', 'a') });
  await attempt(app, 's', 'r', 'a', { attempt: 1, outcome: 'sending' });
  t.match((await replay(app, 's', 'r')).json(), { status: 409, code: 'reply-sending', retryable: true, outcome: 'not-applied' });
  await attempt(app, 's', 'r', 'a', { attempt: 1, outcome: 'delivered' });
  t.match((await replay(app, 's', 'r')).json(), { status: 409, code: 'reply-settled', state: 'delivered' });
  t.match((await replay(app, 's', 'x')).json(), { status: 404, code: 'reply-unknown' });
});

t.test('a superseded reply has to find room: 429', async (t) => {
  const { app } = await buildTestApp(t);
  const fencingToken = await tokenOf(app, 's', 'a');
  await park(app, 's', 'r', { fencingToken });
  await discard(app, 's', 'r');
  for (let number = 0; number < 1_000; number += 1) await park(app, 's', `r${number}`, { fencingToken, payload: 1 });
  const refused = await replay(app, 's', 'r');
  t.equal(refused.headers['retry-after'], '1');
  t.match(refused.json(), { status: 429, code: 'replies-full', replies: 1_000, bytes: 1_000, repliesMax: 1_000 });
  await discard(app, 's', 'r0');
  t.match((await replay(app, 's', 'r')).json(), { state: 'parked' });
  t.match((await inspect(app, 's')).json(), { parkedReplies: 1_000 });
});

t.test('a reason must be given, and what is given must be right', async (t) => {
  const { app } = await buildTestApp(t);
  const url = `${replyPath('s', 'r')}/replay`;
  const post = (body: object, leaseId?: string) => call(app, { method: 'POST', url, body, ...(leaseId !== undefined && { leaseId }) });
  t.match((await post({})).json(), { code: 'request-invalid', detail: 'reason: is required' });
  t.match((await post({ reason: 'r'.repeat(513) })).json(), { code: 'request-invalid', detail: 'reason: must be at most 512 characters' });
  t.match((await post({ reason: 'r'.repeat(512) })).json(), { code: 'reply-unknown' }, 'the limit itself is taken');
  t.match((await post({ reason: 'x', by: 'anna' })).json(), { code: 'request-invalid', detail: 'by: unknown member; known are reason' });
  for (const leaseId of ['', 'q'.repeat(21), 'q'.repeat(129)]) {
    t.match((await post({ reason: 'x' }, leaseId)).json(), { status: 400, code: 'lease-id-invalid', detail: 'Lease-Id: must be 22 to 128 of A-Z, a-z, 0-9, _ and -' });
  }
  t.match((await post({ reason: 'x' }, leaseIdOf('a'))).json(), { code: 'reply-unknown' });
});
