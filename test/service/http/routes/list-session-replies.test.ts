// GET /v1/replies/{session}
import t from 'tap';
import { buildTestApp } from '../../../support/build-app.ts';
import { call } from '../../../support/inject.ts';
import { attempt, discard, park, tokenOf } from '../../../support/reply-calls.ts';

interface Page {
  readonly replies: { readonly replyId: string; readonly state: string }[];
  readonly nextCursor?: string;
}

const idsOf = (answer: { json: () => Page }): string[] => answer.json().replies.map(({ replyId }) => replyId);
const cursorOf = (place: unknown): string => Buffer.from(JSON.stringify(place)).toString('base64url');

t.test('the replies of a session are listed in delivery order, without payloads', async (t) => {
  const { app, clock } = await buildTestApp(t);
  const fencingToken = await tokenOf(app, 'a/b', 'a');
  await tokenOf(app, 'other', 'a');
  await park(app, 'other', 'elsewhere', { fencingToken });
  await park(app, 'a/b', 'last', { fencingToken, payload: 'the secret text' });
  await park(app, 'a/b', 'second', { fencingToken, sequence: 2, contentType: 'text/plain' });
  await park(app, 'a/b', 'first', { fencingToken, sequence: 1, committed: true });
  await park(app, 'a/b', 'before', { fencingToken: fencingToken - 1 });
  clock.advance(250);
  const answer = await call(app, { url: '/v1/replies/a%2Fb' });
  t.equal(answer.statusCode, 200);
  t.strictSame(idsOf(answer), ['before', 'first', 'second', 'last']);
  t.strictSame(answer.json().replies[2], {
    session: 'a/b',
    replyId: 'second',
    fencingToken,
    sequence: 2,
    holder: 'gateway-1',
    state: 'parked',
    committed: false,
    attempts: 0,
      maybeDelivered: false,
    dueInMs: 0,
    parkedMsAgo: 250,
    expiresInMs: 86_399_750,
    payloadBytes: 5,
    contentType: 'text/plain',
  });
  t.notOk('nextCursor' in answer.json());
  t.notMatch(answer.body, /secret text|hello/);
});

t.test('state chooses, and settled replies are listed as well', async (t) => {
  const { app } = await buildTestApp(t);
  const fencingToken = await tokenOf(app, 's', 'a');
  for (const replyId of ['delivered', 'discarded', 'parked']) await park(app, 's', replyId, { fencingToken });
  await attempt(app, 's', 'delivered', 'a', { attempt: 1, outcome: 'sending' });
  await attempt(app, 's', 'delivered', 'a', { attempt: 1, outcome: 'delivered' });
  await discard(app, 's', 'discarded');
  t.strictSame(idsOf(await call(app, { url: '/v1/replies/s' })), ['delivered', 'discarded', 'parked']);
  t.strictSame(idsOf(await call(app, { url: '/v1/replies/s?state=superseded' })), ['discarded']);
  t.strictSame(idsOf(await call(app, { url: '/v1/replies/s?state=delivered' })), ['delivered']);
  t.strictSame(idsOf(await call(app, { url: '/v1/replies/s?state=dead' })), []);
});

t.test('a cursor goes on after the last reply, with a sequence and without', async (t) => {
  const { app } = await buildTestApp(t);
  const fencingToken = await tokenOf(app, 's', 'a');
  for (const replyId of ['d', 'e', 'f']) await park(app, 's', replyId, { fencingToken });
  for (const [sequence, replyId] of ['a', 'b', 'c'].entries()) await park(app, 's', replyId, { fencingToken, sequence });
  for (const limit of [1, 2, 4, 5]) {
    const seen: string[] = [];
    let cursor: string | undefined = '';
    while (cursor !== undefined) {
      const answer = await call(app, { url: `/v1/replies/s?limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}` });
      t.ok(idsOf(answer).length <= limit);
      seen.push(...idsOf(answer));
      ({ nextCursor: cursor } = answer.json<Page>());
    }
    t.strictSame(seen, ['a', 'b', 'c', 'd', 'e', 'f'], `${limit} a page`);
  }
});

t.test('a session that nobody has named has none', async (t) => {
  const { app } = await buildTestApp(t);
  t.strictSame((await call(app, { url: '/v1/replies/new' })).json(), { replies: [] });
});

t.test('the limit is from 1 to 1000, a state one of the six, and a cursor one of ours', async (t) => {
  const { app } = await buildTestApp(t);
  const detailOf = async (query: string): Promise<object> => (await call(app, { url: `/v1/replies/s?${query}` })).json();
  for (const limit of ['1', '1000']) t.equal((await call(app, { url: `/v1/replies/s?limit=${limit}` })).statusCode, 200);
  for (const limit of ['0', '1001']) t.match(await detailOf(`limit=${limit}`), { code: 'request-invalid', detail: 'limit: must be from 1 to 1000' });
  t.match(await detailOf('state=lost'), { code: 'request-invalid', detail: 'state: must be one of parked, sending, unknown, dead, delivered, superseded' });
  t.match(await detailOf('state=parked&state=dead'), { code: 'request-invalid', detail: 'state: must be given once' });
  t.match(await detailOf('due=true'), { code: 'request-invalid', detail: 'due: unknown query parameter; known are state, limit, cursor' });
  t.equal((await call(app, { url: `/v1/replies/s?cursor=${cursorOf([1, null, 1])}` })).statusCode, 200);
  const places: unknown[] = [[], [1, null], [1, null, 1, 1], [1, -1, 1], ['1', null, 1], [1, null, 2 ** 53], [1, 0.5, 1], [1, 'key', 1], {}, null, 7];
  for (const cursor of ['', 'a', '====', '_w', `${cursorOf([1, null, 1])}=`, Buffer.from('[1, null, 1]').toString('base64url'), ...places.map(cursorOf)]) {
    t.match(await detailOf(`cursor=${cursor}`), { status: 400, code: 'cursor-invalid', detail: 'cursor: must be a nextCursor that this service gave' }, cursor);
  }
  t.match(await detailOf(`cursor=${Buffer.from('['.repeat(8_000)).toString('base64url')}`), { code: 'cursor-invalid' }, 'as deep as an address can be');
  t.match((await call(app, { url: '/v1/replies/%0a' })).json(), { code: 'session-invalid' });
});
