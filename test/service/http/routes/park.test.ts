// PUT /v1/replies/{session}/{replyId}
import t from 'tap';
import { buildTestApp } from '../../../support/build-app.ts';
import { acquire, call, inspect, release } from '../../../support/inject.ts';
import { listeningApp } from '../../../support/listening-app.ts';
import { parseAnswer, RawHttp } from '../../../support/raw-http.ts';
import { park, readReply, replyPath, tokenOf } from '../../../support/reply-calls.ts';

const TOKEN = 1_700_000_000_000_000;

t.test('a reply is parked with 201, and the same again with 200, first token and terms', async (t) => {
  const { app, clock } = await buildTestApp(t);
  await tokenOf(app, 'agent:main', 'a');
  const first = await park(app, 'agent:main', 'turn-1', { fencingToken: TOKEN, payload: { text: 'hi' }, sequence: 3, reason: 'the lease was lost' });
  t.equal(first.statusCode, 201);
  t.equal(first.headers['holdfast-store'], 'st_memory');
  t.strictSame(first.json(), {
    session: 'agent:main',
    replyId: 'turn-1',
    fencingToken: TOKEN,
    sequence: 3,
    holder: 'gateway-1',
    state: 'parked',
    committed: false,
    attempts: 0,
      maybeDelivered: false,
    dueInMs: 0,
    parkedMsAgo: 0,
    expiresInMs: 86_400_000,
    reason: 'the lease was lost',
    payloadBytes: 13,
    contentType: 'application/json',
  });
  await release(app, 'agent:main', 'a');
  clock.advance(1_000);
  const later = await tokenOf(app, 'agent:main', 'b');
  const second = await park(app, 'agent:main', 'turn-1', { fencingToken: later, payload: { text: 'hi' }, committed: true, expiresInMs: 1_000 });
  t.equal(second.statusCode, 200);
  t.match(second.json(), { fencingToken: TOKEN, sequence: 3, committed: true, parkedMsAgo: 1_000, expiresInMs: 86_399_000, reason: 'the lease was lost' });
  t.match((await inspect(app, 'agent:main')).json(), { parkedReplies: 1 });
});

t.test('it needs no live lease: a holder that lost its lease parks under its stale token', async (t) => {
  const { app } = await buildTestApp(t);
  const stale = await tokenOf(app, 's', 'a');
  await release(app, 's', 'a');
  await acquire(app, 's', 'b');
  t.equal((await park(app, 's', 'r', { fencingToken: stale })).statusCode, 201);
});

t.test('another payload or another content type under a known id is 422', async (t) => {
  const { app } = await buildTestApp(t);
  const fencingToken = await tokenOf(app, 's', 'a');
  await park(app, 's', 'r', { fencingToken, payload: 'hello' });
  for (const other of [{ payload: 'hello!' }, { payload: 'hello', contentType: 'text/plain' }]) {
    const refused = await park(app, 's', 'r', { fencingToken, ...other });
    t.equal(refused.statusCode, 422);
    t.match(refused.json(), { code: 'reply-id-reused', outcome: 'not-applied', retryable: false });
  }
  t.equal((await park(app, 's', 'r', { fencingToken, payload: 'hello' })).statusCode, 200);
});

t.test('a token above all that were granted is 422', async (t) => {
  const { app } = await buildTestApp(t);
  const fencingToken = await tokenOf(app, 's', 'a');
  t.match((await park(app, 's', 'r', { fencingToken: fencingToken + 1 })).json(), { status: 422, code: 'fencing-token-unknown', outcome: 'not-applied' });
  t.match((await park(await buildTestApp(t).then(({ app }) => app), 's', 'r', { fencingToken: 1 })).json(), { code: 'fencing-token-unknown' });
});

t.test('a session takes 1000 replies, and the next one is 429 with the numbers and Retry-After', async (t) => {
  const { app } = await buildTestApp(t);
  const fencingToken = await tokenOf(app, 's', 'a');
  for (let number = 0; number < 1_000; number += 1) await park(app, 's', `r${number}`, { fencingToken, payload: 1 });
  t.match((await inspect(app, 's')).json(), { parkedReplies: 1_000 });
  const refused = await park(app, 's', 'one-more', { fencingToken, payload: 1 });
  t.equal(refused.statusCode, 429);
  t.equal(refused.headers['retry-after'], '1');
  t.match(refused.json(), { code: 'replies-full', retryable: true, outcome: 'not-applied', replies: 1_000, bytes: 1_000, repliesMax: 1_000, bytesMax: 16_777_216 });
  t.equal((await park(app, 's', 'r7', { fencingToken, payload: 1 })).statusCode, 200, 'a repeat is no further one');
  t.equal((await park(app, 'other', 'r', { fencingToken, payload: 1 })).statusCode, 201, 'another session has room');
});

t.test('a session takes 16 MiB of payloads, and not a byte more', async (t) => {
  const { app } = await buildTestApp(t);
  const fencingToken = await tokenOf(app, 's', 'a');
  const whole = 'x'.repeat(262_144);
  for (let number = 0; number < 64; number += 1) await park(app, 's', `r${number}`, { fencingToken, payload: whole, contentType: 'text/plain' });
  t.match((await park(app, 's', 'one-more', { fencingToken, payload: 'x', contentType: 'text/plain' })).json(), { code: 'replies-full', replies: 64, bytes: 16_777_216 });
  t.equal((await park(app, 's', 'empty', { fencingToken, payload: '', contentType: 'text/plain' })).statusCode, 201);
});

t.test('a payload of 262144 bytes is taken, of 262145 it is 413 with both numbers', async (t) => {
  const { app } = await buildTestApp(t);
  const fencingToken = await tokenOf(app, 's', 'a');
  const sizes: [string, object, object][] = [
    ['JSON', { payload: { k: 'é'.repeat(131_068) } }, { payload: { k: `${'é'.repeat(131_068)}x` } }],
    ['JSON text with its quotes', { payload: 'x'.repeat(262_142) }, { payload: 'x'.repeat(262_143) }],
    ['JSON escapes, six bytes each', { payload: ['\u0001'.repeat(43_690)] }, { payload: ['\u0001'.repeat(43_690), 1] }],
    ['text', { payload: 'é'.repeat(131_072), contentType: 'text/plain' }, { payload: `${'é'.repeat(131_072)}x`, contentType: 'text/plain' }],
    ['text that JSON would escape', { payload: '"'.repeat(262_144), contentType: 'text/plain' }, { payload: '"'.repeat(262_145), contentType: 'text/plain' }],
  ];
  for (const [index, [name, largest, tooLarge]] of sizes.entries()) {
    const taken = await park(app, 's', `r${index}`, { fencingToken, ...largest });
    t.equal(taken.statusCode, 201, name);
    t.ok(taken.json().payloadBytes > 262_140, name);
    const refused = await park(app, 's', `x${index}`, { fencingToken, ...tooLarge });
    t.match(
      refused.json(),
      { status: 413, code: 'payload-too-large', detail: 'payload: must be at most 262144 bytes', outcome: 'not-applied', payloadBytesMax: 262_144 },
      name,
    );
    t.ok(refused.json().payloadBytes > 262_144 && refused.json().payloadBytes < 262_150, name);
  }
});

t.test('the largest payload is taken however it is escaped, and a body of more than 2 MiB is not read', async (t) => {
  const { app } = await buildTestApp(t);
  const fencingToken = await tokenOf(app, 's', 'a');
  const around = `{"holder":"g","contentType":"text/plain","fencingToken":${fencingToken},"payload":"`;
  const escaped = await call(app, { method: 'PUT', url: replyPath('s', 'r'), body: `${around}${'\\u0078'.repeat(262_144)}"}` });
  t.equal(escaped.statusCode, 201);
  t.match((await readReply(app, 's', 'r')).json(), { payloadBytes: 262_144, payload: 'x'.repeat(262_144) });
  const padded = `${around}x"}`;
  t.equal((await call(app, { method: 'PUT', url: replyPath('s', 'p'), body: padded.padEnd(2_097_152) })).statusCode, 201);
  t.match((await call(app, { method: 'PUT', url: replyPath('s', 'q'), body: padded.padEnd(2_097_153) })).json(), {
    status: 413,
    code: 'body-too-large',
    detail: 'The body must be at most 2097152 bytes.',
  });
});

t.test('a body that is slow to judge is refused all the same', async (t) => {
  const { app } = await buildTestApp(t);
  const fencingToken = await tokenOf(app, 's', 'a');
  const parkText = (payload: string) => call(app, { method: 'PUT', url: replyPath('s', 'r'), body: `{"holder":"g","fencingToken":${fencingToken},"payload":${payload}}` });
  const tooDeep = { status: 400, code: 'request-invalid', detail: 'payload: must be at most 200 levels deep' };
  t.match((await parkText('['.repeat(1_000_000) + ']'.repeat(1_000_000))).json(), tooDeep, 'deep');
  t.match((await parkText('{"k":'.repeat(300_000) + '1' + '}'.repeat(300_000))).json(), tooDeep, 'deep objects');
  t.match((await parkText(`[${'[],'.repeat(600_000)}1]`)).json(), { code: 'payload-too-large' }, 'wide');
});

t.test('a payload may be 200 levels deep, and no deeper', async (t) => {
  const { app } = await buildTestApp(t);
  const fencingToken = await tokenOf(app, 's', 'a');
  const nested = (levels: number): unknown => (levels === 0 ? 'core' : levels % 2 ? [nested(levels - 1)] : { k: nested(levels - 1) });
  t.equal((await park(app, 's', 'r', { fencingToken, payload: nested(200) })).statusCode, 201);
  t.strictSame((await readReply(app, 's', 'r')).json().payload, nested(200));
  t.match((await park(app, 's', 'x', { fencingToken, payload: nested(201) })).json(), { code: 'request-invalid', detail: 'payload: must be at most 200 levels deep' });
});

// Refusals change nothing, so one app has room for them all.
const { app } = await buildTestApp(t);
const fencingToken = await tokenOf(app, 's', 'a');
const good = { fencingToken, holder: 'g', payload: 'p' };

const refusedBody = (name: string, body: object, detail: string | RegExp): void => {
  t.test(`${name} is refused`, async (t) => {
    const answer = await call(app, { method: 'PUT', url: replyPath('s', 'r'), body });
    t.match(answer.json(), { status: 400, code: 'request-invalid', detail, retryable: false });
    t.match((await inspect(app, 's')).json(), { parkedReplies: 0 });
  });
};

const { payload: _, ...withoutPayload } = good;
refusedBody('no payload', withoutPayload, 'payload: is required');
refusedBody('no holder', { fencingToken, payload: 1 }, 'holder: is required');
refusedBody('no fencing token', { holder: 'g', payload: 1 }, 'fencingToken: is required');
refusedBody('a fencing token of 0', { ...good, fencingToken: 0 }, 'fencingToken: must be from 1 to 9007199254740991');
refusedBody('a fencing token beyond 2^53', { ...good, fencingToken: 2 ** 53 }, 'fencingToken: must be from 1 to 9007199254740991');
refusedBody('a holder with a line feed', { ...good, holder: 'a\nb' }, 'holder: must not contain a control character or an unpaired surrogate');
refusedBody('a sequence below 0', { ...good, sequence: -1 }, 'sequence: must be from 0 to 9007199254740991');
refusedBody('a sequence of 2^53', { ...good, sequence: 2 ** 53 }, 'sequence: must be from 0 to 9007199254740991');
refusedBody('a sequence with a fraction', { ...good, sequence: 0.5 }, 'sequence: must be an integer from 0 to 9007199254740991');
refusedBody('committed as text', { ...good, committed: 'true' }, 'committed: must be true or false');
refusedBody('expiresInMs one below its limit', { ...good, expiresInMs: 999 }, 'expiresInMs: must be from 1000 to 604800000');
refusedBody('expiresInMs one above its limit', { ...good, expiresInMs: 604_800_001 }, 'expiresInMs: must be from 1000 to 604800000');
refusedBody('a reason of 513 characters', { ...good, reason: 'r'.repeat(513) }, 'reason: must be at most 512 characters');
refusedBody('an unknown member', { ...good, leaseId: 'x' }, /^leaseId: unknown member; known are fencingToken, holder, payload, /);
refusedBody('text that is no string', { ...good, contentType: 'text/plain', payload: { text: 'x' } }, 'payload: must be a string where contentType is not application/json');
refusedBody('text with an unpaired surrogate', { ...good, contentType: 'text/plain', payload: 'a\udead' }, 'payload: must not contain an unpaired surrogate');
refusedBody('a content type of 129 characters', { ...good, contentType: `text/${'x'.repeat(124)}` }, 'contentType: must be at most 128 characters');
const MEDIA_TYPE = 'contentType: must be a media type in visible ASCII, such as "text/plain; charset=utf-8"';
for (const contentType of ['', 'text', 'text/', '/plain', 'text/plain;', 'text/plain; charset', 'text/plain\n', 'text/pläin', 'a b/c', 'text/plain; a="', 'text/plain,text/html', 'text/*/x']) {
  refusedBody(`the content type ${JSON.stringify(contentType)}`, { ...good, contentType }, MEDIA_TYPE);
}

t.test('a number beyond 64-bit floating point is refused, as it could not be given back', async (t) => {
  const text = (number: string): string => `{"fencingToken":${fencingToken},"holder":"g","payload":{"n":[${number}]}}`;
  for (const number of ['1e999', '-1e999']) {
    const answer = await call(app, { method: 'PUT', url: replyPath('s', 'r'), body: text(number) });
    t.match(answer.json(), { status: 400, code: 'request-invalid', detail: 'payload: must not contain a number beyond 64-bit floating point' }, number);
  }
});

t.test('__proto__ anywhere in a payload, and bytes that are not UTF-8, are refused', async (t) => {
  const around = (payload: string): string => `{"fencingToken":${fencingToken},"holder":"g","payload":${payload}}`;
  for (const payload of ['{"__proto__":1}', '[{"a":{"__proto__":{"x":1}}}]', '{"\\u005f_proto__":1}']) {
    t.match((await call(app, { method: 'PUT', url: replyPath('s', 'r'), body: around(payload) })).json(), { status: 400, code: 'json-malformed' }, payload);
  }
  const [head = '', tail = ''] = around('"@"').split('@');
  const bytes = Buffer.concat([Buffer.from(head), Buffer.from([0xff]), Buffer.from(tail)]);
  const answer = await app.inject({ method: 'PUT', url: replyPath('s', 'r'), payload: bytes, headers: { 'content-type': 'application/json' } });
  t.match(answer.json(), { status: 400, code: 'json-malformed', detail: 'The body must be well-formed JSON in UTF-8.' });
});

t.test('each limit itself is taken', async (t) => {
  const { app } = await buildTestApp(t);
  const fencingToken = await tokenOf(app, 's', 'a');
  const bodies: object[] = [
    { sequence: 0 },
    { sequence: 2 ** 53 - 1 },
    { expiresInMs: 1_000 },
    { expiresInMs: 604_800_000 },
    { reason: 'r'.repeat(512) },
    { reason: 'several\nlines' },
    { holder: 'h'.repeat(128) },
    { fencingToken: 1 },
    { contentType: `text/${'x'.repeat(123)}` },
    { contentType: 'text/plain;charset=utf-8' },
    { contentType: 'text/plain; charset=utf-8' },
    { contentType: 'multipart/mixed; boundary="a b;c"; x=1' },
    { contentType: 'application/vnd.gateway.card+json' },
  ];
  for (const [index, body] of bodies.entries()) t.equal((await park(app, 's', `r${index}`, { fencingToken, ...body })).statusCode, 201, JSON.stringify(body).slice(0, 60));
});

t.test('a reply id is 1 to 128 of its characters, and not a step in a path', async (t) => {
  const detail = 'replyId: must be 1 to 128 of A-Z, a-z, 0-9, ".", "_", "~" and "-", and not "." or ".."';
  for (const replyId of ['', 'r'.repeat(129), 'a%20b', 'a%2Fb', '%C3%A9', 'a:b', 'a%00', 'a%0A']) {
    const refused = await call(app, { method: 'PUT', url: replyPath('s', replyId), body: good });
    t.match(refused.json(), { status: 400, code: 'request-invalid', detail }, JSON.stringify(replyId));
  }
  // Steps in a path do not survive a client that tidies addresses, so they are sent as they are.
  const { port } = await listeningApp(t);
  for (const step of ['.', '..', '%2e', '%2E%2e', '.%2e']) {
    const socket = await RawHttp.open(port);
    socket.send(`GET /v1/replies/s/${step} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`);
    t.match(parseAnswer(await socket.untilClosed()), { status: 400, body: { code: 'request-invalid', detail } }, step);
  }
  const { app: other } = await buildTestApp(t);
  const body = { fencingToken: await tokenOf(other, 's', 'a') };
  for (const replyId of ['r', 'r'.repeat(128), '...', '.a', '~', '-', '_', 'aZ09._~-', '__proto__', 'constructor']) {
    const taken = await park(other, 's', replyId, body);
    t.equal(taken.statusCode, 201, replyId);
    t.equal(taken.json().replyId, replyId);
  }
});

t.test('a bad session key, or a badly encoded address, says which it is', async (t) => {
  t.match((await call(app, { method: 'PUT', url: '/v1/replies/%0a/r', body: good })).json(), { status: 400, code: 'session-invalid', detail: 'session: must not contain a control character' });
  t.match((await call(app, { method: 'PUT', url: '/v1/replies/%zz/r', body: good })).json(), { status: 400, code: 'session-invalid' });
  t.match((await call(app, { method: 'PUT', url: '/v1/replies/s/%zz', body: good })).json(), { status: 400, code: 'request-invalid' });
  const tilde = `~${Buffer.from('a/b').toString('base64url')}`;
  t.match((await call(app, { method: 'PUT', url: `/v1/replies/${tilde}/r`, body: good })).json(), { session: 'a/b' });
});

t.test('a store that fails is 503 with what became of the command', async (t) => {
  const { StoreUnavailableError } = await import('../../../../service/src/session/errors.ts');
  const { app, store } = await buildTestApp(t);
  store.fault = new StoreUnavailableError('The disk did not answer.', 'unknown');
  const refused = await park(app, 's', 'r', { fencingToken: 1 });
  t.equal(refused.headers['retry-after'], '1');
  t.match(refused.json(), { status: 503, code: 'store-unavailable', outcome: 'unknown', retryable: true });
});
