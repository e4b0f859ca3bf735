// GET /v1/replies/{session}/{replyId}
import t from 'tap';
import { buildTestApp } from '../../../support/build-app.ts';
import { call } from '../../../support/inject.ts';
import { attempt, discard, park, readReply, replyPath, tokenOf } from '../../../support/reply-calls.ts';

t.test('a reply is read with its payload', async (t) => {
  const { app, clock } = await buildTestApp(t);
  const fencingToken = await tokenOf(app, 'a/b', 'a');
  const parked = await park(app, 'a/b', 'r', { fencingToken, payload: { text: 'hi', parts: [1, null] } });
  clock.advance(500);
  const answer = await readReply(app, 'a/b', 'r');
  t.equal(answer.statusCode, 200);
  t.strictSame(answer.json(), { ...parked.json(), parkedMsAgo: 500, expiresInMs: 86_399_500, payload: { text: 'hi', parts: [1, null] } });
});

t.test('every JSON value comes back as it was', async (t) => {
  const { app } = await buildTestApp(t);
  const fencingToken = await tokenOf(app, 's', 'a');
  const payloads: unknown[] = [
    null,
    false,
    true,
    0,
    -1.5e-7,
    2 ** 53 - 1,
    '',
    'text',
    '"quoted" \\ \u2028 \u0000 \u007f',
    '日本語 😀 é e\u0301 \ufeff',
    'an unpaired \udead surrogate, which JSON can write',
    [],
    {},
    [null, [false, { deep: [0] }]],
    { '': 0, '😀': '😀', constructor: 'x', toString: 1, session: 'other', state: 'dead' },
  ];
  for (const [index, payload] of payloads.entries()) {
    t.equal((await park(app, 's', `r${index}`, { fencingToken, payload })).statusCode, 201);
    const read = (await readReply(app, 's', `r${index}`)).json();
    t.ok('payload' in read);
    t.strictSame(read.payload, payload, `value ${index}`);
    t.equal(read.payloadBytes, Buffer.byteLength(JSON.stringify(payload)));
    t.equal(read.state, 'parked');
  }
});

t.test('text comes back as text, with its content type and its bytes', async (t) => {
  const { app } = await buildTestApp(t);
  const fencingToken = await tokenOf(app, 's', 'a');
  for (const [index, payload] of ['', 'null', '{"a": 1}', 'é😀\r\n"\\\u0000'].entries()) {
    await park(app, 's', `r${index}`, { fencingToken, payload, contentType: 'text/markdown; charset=utf-8' });
    t.match((await readReply(app, 's', `r${index}`)).json(), { payload, contentType: 'text/markdown; charset=utf-8', payloadBytes: Buffer.byteLength(payload) });
  }
});

t.test('a delivered reply has no payload any more, a discarded one has', async (t) => {
  const { app } = await buildTestApp(t);
  const fencingToken = await tokenOf(app, 's', 'a');
  await park(app, 's', 'r', { fencingToken, payload: 'sent' });
  await park(app, 's', 'q', { fencingToken, payload: 'unwanted' });
  await attempt(app, 's', 'r', 'a', { attempt: 1, outcome: 'sending' });
  t.match((await readReply(app, 's', 'r')).json(), { state: 'sending', payload: 'sent' });
  await attempt(app, 's', 'r', 'a', { attempt: 1, outcome: 'delivered' });
  const delivered = (await readReply(app, 's', 'r')).json();
  t.match(delivered, { state: 'delivered', settledMsAgo: 0, payloadBytes: 6 });
  t.notOk('payload' in delivered || 'dueInMs' in delivered || 'expiresInMs' in delivered);
  await discard(app, 's', 'q');
  t.match((await readReply(app, 's', 'q')).json(), { state: 'superseded', reason: 'not wanted', payload: 'unwanted' });
});

t.test('a reply that is not known is 404, also of a session that nobody has named', async (t) => {
  const { app } = await buildTestApp(t);
  for (const session of ['s', 'new']) t.match((await readReply(app, session, 'r')).json(), { status: 404, code: 'reply-unknown', retryable: false });
});

t.test('HEAD tells how long the answer would be', async (t) => {
  const { app } = await buildTestApp(t);
  await park(app, 's', 'r', { fencingToken: await tokenOf(app, 's', 'a') });
  const head = await call(app, { method: 'HEAD', url: replyPath('s', 'r') });
  t.equal(head.statusCode, 200);
  t.equal(head.body, '');
  t.equal(Number(head.headers['content-length']), (await readReply(app, 's', 'r')).rawPayload.length);
});

t.test('bad ids, and query parameters, are refused', async (t) => {
  const { app } = await buildTestApp(t);
  t.match((await readReply(app, 's', 'a%20b')).json(), { code: 'request-invalid', detail: /^replyId: must be 1 to 128 of / });
  t.match((await call(app, { url: '/v1/replies/%00/r' })).json(), { code: 'session-invalid' });
  t.match((await call(app, { url: `${replyPath('s', 'r')}?x=1` })).json(), { code: 'request-invalid', detail: 'x: unknown query parameter; none is taken here' });
});

t.test('a store that never answers is 503 within 2 s', async (t) => {
  const { app, store, clock } = await buildTestApp(t);
  store.readReply = () => new Promise(() => {});
  const timers = clock.armed;
  const asked = readReply(app, 's', 'r').then((answer) => answer.json());
  while (clock.armed === timers) await new Promise((resolve) => setImmediate(resolve));
  clock.advance(1_999);
  t.equal(clock.armed, timers + 1, 'not before its deadline');
  clock.advance(1);
  t.match(await asked, { status: 503, code: 'store-unavailable' });
});
