// GET /v1/replies
import t from 'tap';
import { buildTestApp } from '../../../support/build-app.ts';
import { acquire, call, release } from '../../../support/inject.ts';
import { attempt, discard, park, tokenOf } from '../../../support/reply-calls.ts';

interface Page {
  readonly replies: { readonly session: string; readonly replyId: string; readonly dueInMs?: number }[];
  readonly nextCursor?: string;
}

const namesOf = (answer: { json: () => Page }): string[] => answer.json().replies.map(({ session, replyId }) => `${session}/${replyId}`);
const cursorOf = (place: unknown): string => Buffer.from(JSON.stringify(place)).toString('base64url');

t.test('replies of all sessions are listed by the time when they are due, then by key, without payloads', async (t) => {
  const { app, clock } = await buildTestApp(t);
  const fencingToken = await tokenOf(app, 'b', 'a');
  await park(app, 'b', '1', { fencingToken, payload: 'the secret text' });
  await park(app, 'a', '2', { fencingToken, contentType: 'text/plain' });
  clock.advance(1);
  await park(app, 'a', '3', { fencingToken });
  await attempt(app, 'b', '1', 'a', { attempt: 1, outcome: 'sending' });
  await attempt(app, 'b', '1', 'a', { attempt: 1, outcome: 'failed' });
  const answer = await call(app, { url: '/v1/replies' });
  t.equal(answer.statusCode, 200);
  t.strictSame(namesOf(answer), ['a/2', 'a/3', 'b/1']);
  t.strictSame(answer.json().replies[0], {
    session: 'a',
    replyId: '2',
    fencingToken,
    holder: 'gateway-1',
    state: 'parked',
    committed: false,
    attempts: 0,
      maybeDelivered: false,
    dueInMs: 0,
    parkedMsAgo: 1,
    expiresInMs: 86_399_999,
    payloadBytes: 5,
    contentType: 'text/plain',
  });
  t.match(answer.json().replies[2], { dueInMs: 5_000, attempts: 1 });
  t.notOk('nextCursor' in answer.json());
  t.notMatch(answer.body, /secret text|hello/);
});

t.test('due=true lists one reply a session: its head, once due, while nobody holds the session', async (t) => {
  const { app, clock } = await buildTestApp(t);
  const fencingToken = await tokenOf(app, 'free', 'a');
  await park(app, 'free', 'head', { fencingToken });
  await park(app, 'free', 'next', { fencingToken });
  await release(app, 'free', 'a');
  await acquire(app, 'held', 'b');
  await park(app, 'held', 'head', { fencingToken });
  await acquire(app, 'backing-off', 'c', { ttlMs: 1_000 });
  await park(app, 'backing-off', 'head', { fencingToken });
  await attempt(app, 'backing-off', 'head', 'c', { attempt: 1, outcome: 'sending' });
  await attempt(app, 'backing-off', 'head', 'c', { attempt: 1, outcome: 'failed' });
  await release(app, 'backing-off', 'c');
  t.strictSame(namesOf(await call(app, { url: '/v1/replies?due=true' })), ['free/head']);
  clock.advance(5_000);
  t.strictSame(namesOf(await call(app, { url: '/v1/replies?due=true' })), ['free/head', 'backing-off/head']);
  t.equal(namesOf(await call(app, { url: '/v1/replies?due=false' })).length, 4, 'false is as if it were not given');
});

t.test('state chooses', async (t) => {
  const { app } = await buildTestApp(t);
  const fencingToken = await tokenOf(app, 's', 'a');
  for (const replyId of ['parked', 'discarded']) await park(app, 's', replyId, { fencingToken });
  await discard(app, 's', 'discarded');
  t.strictSame(namesOf(await call(app, { url: '/v1/replies?state=superseded' })), ['s/discarded']);
  t.strictSame(namesOf(await call(app, { url: '/v1/replies?state=parked' })), ['s/parked']);
});

t.test('a cursor goes on after the last place that was looked at', async (t) => {
  const { app } = await buildTestApp(t);
  const fencingToken = await tokenOf(app, 's', 'a');
  for (const session of ['é', 'a', 'b/c']) for (const replyId of ['1', '2']) await park(app, session, replyId, { fencingToken });
  const whole = namesOf(await call(app, { url: '/v1/replies' }));
  t.equal(whole.length, 6);
  for (const limit of [1, 4, 5]) {
    const seen: string[] = [];
    let cursor: string | undefined = '';
    while (cursor !== undefined) {
      const answer = await call(app, { url: `/v1/replies?limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}` });
      t.ok(namesOf(answer).length <= limit);
      seen.push(...namesOf(answer));
      ({ nextCursor: cursor } = answer.json<Page>());
    }
    t.strictSame(seen, whole, `${limit} a page`);
  }
});

t.test('due is true or false, a limit from 1 to 1000, a state one of the six, and a cursor one of ours', async (t) => {
  const { app } = await buildTestApp(t);
  const detailOf = async (query: string): Promise<object> => (await call(app, { url: `/v1/replies?${query}` })).json();
  for (const due of ['', '1', 'yes', 'TRUE', 'true&due=true']) t.match(await detailOf(`due=${due}`), { code: 'request-invalid', detail: 'due: must be true or false' }, due);
  for (const limit of ['1', '1000']) t.equal((await call(app, { url: `/v1/replies?limit=${limit}` })).statusCode, 200);
  for (const limit of ['0', '1001']) t.match(await detailOf(`limit=${limit}`), { detail: 'limit: must be from 1 to 1000' });
  t.match(await detailOf('state=lost'), { code: 'request-invalid', detail: 'state: must be one of parked, sending, unknown, dead, delivered, superseded' });
  t.match(await detailOf('prefix=a'), { detail: 'prefix: unknown query parameter; known are state, due, limit, cursor' });
  t.equal((await call(app, { url: `/v1/replies?cursor=${cursorOf([-1.5, 'key', 1])}` })).statusCode, 200);
  const places: unknown[] = [[], [1, 'key'], [1, 'key', 1, 1], ['1', 'key', 1], [1, '', 1], [1, 'a\n', 1], [1, '\ud800', 1], [1, 'k'.repeat(513), 1], [1, 'key', -1], [1, 'key', 0.5], [1, null, 1], {}, null];
  for (const cursor of ['', 'a', '====', '_w', Buffer.from('[1,"key",1e999]').toString('base64url'), ...places.map(cursorOf)]) {
    t.match(await detailOf(`cursor=${cursor}`), { status: 400, code: 'cursor-invalid' }, cursor);
  }
});

t.test('a store that fails, or never answers, is 503', async (t) => {
  const { StoreUnavailableError } = await import('../../../../service/src/session/errors.ts');
  const { app, store, clock } = await buildTestApp(t);
  store.fault = new StoreUnavailableError('The disk did not answer.', 'not-applied');
  t.match((await call(app, { url: '/v1/replies' })).json(), { status: 503, code: 'store-unavailable' });
  store.listReplies = () => new Promise(() => {});
  const timers = clock.armed;
  const asked = call(app, { url: '/v1/replies' }).then((answer) => answer.json());
  while (clock.armed === timers) await new Promise((resolve) => setImmediate(resolve));
  clock.advance(2_000);
  t.match(await asked, { status: 503, code: 'store-unavailable' });
});
