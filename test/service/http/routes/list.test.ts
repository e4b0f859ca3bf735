// GET /v1/leases
import t from 'tap';
import { buildTestApp } from '../../../support/build-app.ts';
import { acquire, call, release, untilWaiting } from '../../../support/inject.ts';

const keysOf = (answer: { json: () => { leases: { session: string }[] } }): string[] => answer.json().leases.map(({ session }) => session);

t.test('live leases are listed in byte order of the key, without lease ids', async (t) => {
  const { app, clock } = await buildTestApp(t);
  for (const key of ['b', 'a', 'ä', 'Z', '😀', '｡']) await acquire(app, key, 'h', { metadata: { n: 1 } });
  await acquire(app, 'gone', 'h');
  await release(app, 'gone', 'h');
  clock.advance(1_000);
  const waiting = acquire(app, 'Z', 'w', { waitMs: 1 });
  await untilWaiting(app, 'Z', 1);
  const answer = await call(app, { url: '/v1/leases' });
  t.equal(answer.statusCode, 200);
  t.strictSame(keysOf(answer), ['Z', 'a', 'b', 'ä', '｡', '😀']);
  t.strictSame(answer.json().leases[0], {
    session: 'Z',
    holder: 'h',
    fencingToken: 1_700_000_000_000_003,
    ttlMs: 30_000,
    remainingMs: 29_000,
    heldForMs: 1_000,
    lastRenewedMsAgo: 1_000,
    metadata: { n: 1 },
    waiters: 1,
    parkedReplies: 0,
  });
  t.notOk('nextCursor' in answer.json());
  t.notMatch(answer.body, /-----/);
  clock.advance(1);
  await waiting;
});

t.test('a cursor goes on after the last key that was looked at', async (t) => {
  const { app } = await buildTestApp(t);
  for (const key of ['a', 'b', 'c', 'd', 'e']) await acquire(app, key, 'h');
  const seen: string[] = [];
  let url = '/v1/leases?limit=2';
  for (let page = 0; page < 3; page += 1) {
    const answer = await call(app, { url });
    seen.push(...keysOf(answer));
    t.ok(keysOf(answer).length <= 2);
    url = `/v1/leases?limit=2&cursor=${answer.json().nextCursor}`;
  }
  t.strictSame(seen, ['a', 'b', 'c', 'd', 'e']);
  t.match(url, /cursor=undefined$/, 'the last page has none');
});

t.test('prefix and holder choose, and are read as they were encoded', async (t) => {
  const { app } = await buildTestApp(t);
  await acquire(app, 'agent:a/1', 'x', { holder: 'gateway 1+1' });
  await acquire(app, 'agent:a/2', 'y');
  await acquire(app, 'agent:b', 'z');
  t.strictSame(keysOf(await call(app, { url: `/v1/leases?prefix=${encodeURIComponent('agent:a/')}` })), ['agent:a/1', 'agent:a/2']);
  t.strictSame(keysOf(await call(app, { url: `/v1/leases?holder=${encodeURIComponent('gateway 1+1')}` })), ['agent:a/1']);
  t.strictSame(keysOf(await call(app, { url: '/v1/leases?prefix=agent:a/&holder=nobody' })), []);
});

t.test('a lease that ended while the page was made is left out', async (t) => {
  const { app, clock } = await buildTestApp(t);
  await acquire(app, 'short', 'a', { ttlMs: 1_000 });
  await acquire(app, 'long', 'b');
  clock.advance(1_000);
  t.strictSame(keysOf(await call(app, { url: '/v1/leases' })), ['long']);
});

t.test('the limit is from 1 to 1000, and a cursor is one of ours', async (t) => {
  const { app } = await buildTestApp(t);
  for (const limit of ['1', '1000']) t.equal((await call(app, { url: `/v1/leases?limit=${limit}` })).statusCode, 200);
  for (const limit of ['0', '1001']) t.match((await call(app, { url: `/v1/leases?limit=${limit}` })).json(), { code: 'request-invalid', detail: 'limit: must be from 1 to 1000' });
  for (const limit of ['', '-1', '+1', '1.0', '1e2', '0x10', '007', 'ten', '%201', '99999999999999999999']) {
    t.match((await call(app, { url: `/v1/leases?limit=${limit}` })).json(), { code: 'request-invalid', detail: 'limit: must be an integer from 1 to 1000' }, JSON.stringify(limit));
  }
  for (const cursor of ['', 'a', '====', '_w', Buffer.from('k'.repeat(513)).toString('base64url')]) {
    t.match((await call(app, { url: `/v1/leases?cursor=${cursor}` })).json(), { status: 400, code: 'cursor-invalid' }, JSON.stringify(cursor));
  }
});

t.test('a page has at most 1 MiB of metadata, and the next goes on where it was cut', async (t) => {
  const { app } = await buildTestApp(t);
  const metadata = { text: 'm'.repeat(4_000) };
  const keys = Array.from({ length: 300 }, (_, nth) => `s${String(nth).padStart(3, '0')}`);
  for (const key of keys) await acquire(app, key, 'h', { metadata });
  const seen: string[] = [];
  let pages = 0;
  for (let cursor = ''; ; pages += 1) {
    const answer = await call(app, { url: `/v1/leases?limit=1000${cursor}` });
    t.ok(answer.body.length < 1_250_000, `${answer.body.length} bytes`);
    seen.push(...keysOf(answer));
    const { nextCursor } = answer.json<{ nextCursor?: string }>();
    if (nextCursor === undefined) break;
    cursor = `&cursor=${nextCursor}`;
  }
  t.strictSame(seen, keys);
  t.equal(pages, 1, 'two pages');
});
