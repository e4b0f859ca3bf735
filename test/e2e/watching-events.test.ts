// GET /v1/events over real connections, as the wire has it.
import t, { type Test } from 'tap';
import type { SessionName } from '../../service/src/session/store.ts';
import type { FencingToken } from '../../service/src/session/types.ts';
import { EventReader } from '../support/event-reader.ts';
import { acquire, call, release, renew } from '../support/inject.ts';
import { listeningApp } from '../support/listening-app.ts';
import { within, until } from '../support/until.ts';

const watch = async (t: Test, url: string, headers?: Record<string, string>): Promise<EventReader> => {
  const reader = await within('the stream opens', EventReader.open(url, headers));
  t.teardown(() => reader.close());
  return reader;
};

t.test('events arrive as they happen, name the holder of the lease, and hold no secret', async (t) => {
  const { app, baseUrl } = await listeningApp(t);
  const reader = await watch(t, `${baseUrl}/v1/events`);
  t.equal(reader.status, 200);
  t.match(reader.headers, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'holdfast-store': 'st_memory' });
  const token: number = (await acquire(app, 's', 'a')).json().fencingToken;
  await renew(app, 's', 'a');
  const waiting = acquire(app, 's', 'b', { waitMs: 60_000 });
  await reader.first(2);
  await release(app, 's', 'b');
  await waiting;
  await call(app, { method: 'POST', url: '/v1/leases/s/yield', body: { by: 'operator' } });
  await release(app, 's', 'a');
  const events = await reader.first(5);
  const of = { session: 's', holder: 'a', fencingToken: token };
  const heldForMs = Number(events.at(-1)?.payload?.['heldForMs']);
  t.ok(heldForMs >= 0 && heldForMs < 60_000, `held for ${heldForMs} ms`);
  t.strictSame(
    events.map(({ event, payload }) => ({ event, payload })),
    [
      { event: 'granted', payload: { ...of, waitedMs: 0 } },
      { event: 'waiting', payload: of },
      { event: 'left', payload: of },
      { event: 'yield-asked', payload: of },
      { event: 'ended', payload: { ...of, endedBecause: 'released', heldForMs } },
    ],
  );
  t.strictSame(events.map(({ id }) => id), ['epoch-1', 'epoch-2', 'epoch-3', 'epoch-4', 'epoch-5']);
  t.notMatch(reader.text, /-----/);
});

t.test('a reader that comes back gets what it missed, once and in order', async (t) => {
  const { app, baseUrl } = await listeningApp(t);
  await acquire(app, 's', 'a');
  const first = await watch(t, `${baseUrl}/v1/events`);
  await until('the opening is read', () => first.text.includes('id: epoch-1\n'));
  first.close();
  await release(app, 's', 'a');
  await acquire(app, 's', 'b');
  const second = await watch(t, `${baseUrl}/v1/events`, { 'last-event-id': 'epoch-1' });
  await second.first(2);
  await release(app, 's', 'b');
  t.strictSame((await second.first(3)).map(({ id, event }) => [id, event]), [['epoch-2', 'ended'], ['epoch-3', 'granted'], ['epoch-4', 'ended']]);
});

t.test('a Last-Event-ID that means nothing here is answered by a reset, and then by what happens', async (t) => {
  const { app, baseUrl } = await listeningApp(t);
  await acquire(app, 's', 'a');
  for (const lastEventId of ['another-1', 'epoch-99', 'nonsense', 'epoch-', '-1', `epoch-${'9'.repeat(30)}`]) {
    const reader = await watch(t, `${baseUrl}/v1/events`, { 'last-event-id': lastEventId });
    await reader.first(1);
    t.match(reader.events, [{ event: 'reset', id: /^epoch-\d+$/, payload: {} }], lastEventId);
    await acquire(app, `after ${lastEventId}`, 'x');
    t.match((await reader.first(2)).at(-1), { event: 'granted' });
  }
  t.match(await (await fetch(`${baseUrl}/v1/events`, { headers: { 'last-event-id': 'x'.repeat(129) } })).json(), {
    status: 400,
    code: 'request-invalid',
    detail: 'last-event-id: must be at most 128 characters',
  });
});

t.test('prefix and holder choose, live and in a replay', async (t) => {
  const { app, baseUrl } = await listeningApp(t);
  const byPrefix = await watch(t, `${baseUrl}/v1/events?prefix=${encodeURIComponent('agent:ä')}`);
  const byHolder = await watch(t, `${baseUrl}/v1/events?holder=b`);
  await acquire(app, 'agent:ä1', 'a');
  await acquire(app, 'agent:b1', 'b');
  await acquire(app, 'agent:ä2', 'b');
  t.strictSame((await byPrefix.first(2)).map(({ payload }) => payload?.['session']), ['agent:ä1', 'agent:ä2']);
  t.strictSame((await byHolder.first(2)).map(({ payload }) => payload?.['session']), ['agent:b1', 'agent:ä2']);
  const again = await watch(t, `${baseUrl}/v1/events?holder=a`, { 'last-event-id': 'epoch-0' });
  await acquire(app, 'agent:ä3', 'a');
  t.strictSame((await again.first(2)).map(({ payload }) => payload?.['session']), ['agent:ä1', 'agent:ä3']);
  t.match(await (await fetch(`${baseUrl}/v1/events?session=s`)).json(), { status: 400, detail: 'session: unknown query parameter; known are prefix, holder' });
});

t.test('one stream above the limit is 429, and a closed one makes room', async (t) => {
  const { baseUrl } = await listeningApp(t, { eventStreamsMax: 2 });
  const first = await watch(t, `${baseUrl}/v1/events`);
  await watch(t, `${baseUrl}/v1/events`);
  const refused = await fetch(`${baseUrl}/v1/events`);
  t.equal(refused.status, 429);
  t.equal(refused.headers.get('retry-after'), '1');
  t.match(await refused.json(), { code: 'streams-full', detail: '2 event streams are open already.', retryable: true });
  first.close();
  const third = await until('there is room', async () => {
    const reader = await EventReader.open(`${baseUrl}/v1/events`);
    if (reader.status === 200) return reader;
    reader.close();
    return undefined;
  });
  third.close();
});

t.test('a reader that stops reading is cut off and forgotten; the others miss nothing', async (t) => {
  const { store, baseUrl, connections } = await listeningApp(t);
  const slow = await watch(t, `${baseUrl}/v1/events`);
  slow.pause();
  const quick = await watch(t, `${baseUrl}/v1/events`);
  await until('both are connected', () => connections.length === 2);
  // Events of the greatest size, until sockets and backlog of the slow one are full.
  const name = { namespace: 'default', key: 'k'.repeat(512) } as SessionName;
  const holder = 'h'.repeat(128);
  let told = 0;
  while (!connections[0]!.destroyed && told < 100_000) {
    for (let burst = 0; burst < 500; burst += 1) store.tell(name, { type: 'granted', holder, fencingToken: ++told as FencingToken, waitedMs: 0 });
    await until('the quick one has kept up', () => quick.events.length === told, { everyMs: 1 });
  }
  t.ok(connections[0]!.destroyed, `cut off after ${told} events`);
  t.ok(told >= 10_000, 'but not before it was further behind than the log reaches');
  t.equal(connections[1]!.destroyed, false);
});
