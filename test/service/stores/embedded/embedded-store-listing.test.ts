import t from 'tap';
import type { LeasePage } from '../../../../service/src/session/store.ts';
import type { Namespace, SessionKey } from '../../../../service/src/session/types.ts';
import { LIST_READ_MAX } from '../../../../service/src/session/limits.ts';
import { idHash, connectionId } from '../../session/scene.ts';
import { StoreScene, turns } from './store-scene.ts';

const keysOf = ({ leases }: LeasePage): string[] => leases.map(({ key }) => key);

/** A store with one lease on each of the sessions. */
const withLeases = async (keys: readonly string[], terms: (key: string) => object = () => ({})): Promise<StoreScene> => {
  const scene = await StoreScene.start();
  await Promise.all(keys.map((session) => scene.take(`of ${session}`, { session, ...terms(session) })));
  return scene;
};

t.test('leases are listed in the byte order of their keys', async (t) => {
  const ordered = ['A', 'a', 'aa', 'é', '日本', '\uE000', '\uFFFD', '\u{1F600}', '\u{10FFFF}'];
  const scene = await withLeases(ordered.toReversed());
  t.strictSame(keysOf(await scene.list()), ordered);
  t.notSame(ordered.toSorted(), ordered, 'which is not the order of UTF-16');
});

t.test('a prefix selects by bytes, at the edges too', async (t) => {
  const scene = await withLeases(['a', 'a:', 'a:1', 'a:\u{1F600}', 'a:\uFFFF', 'a;', 'b', 'é', 'e\u0301', '\u{1F600}x', '\u{1F601}']);
  t.strictSame(keysOf(await scene.list({ prefix: 'a:' })), ['a:', 'a:1', 'a:\uFFFF', 'a:\u{1F600}']);
  t.strictSame(keysOf(await scene.list({ prefix: 'é' })), ['é'], 'composed and decomposed are two names');
  t.strictSame(keysOf(await scene.list({ prefix: '\u{1F600}' })), ['\u{1F600}x']);
  t.strictSame(keysOf(await scene.list({ prefix: '%' })), [], 'no wildcard');
  t.strictSame(keysOf(await scene.list({ prefix: 'c' })), []);
});

t.test('pages follow each other without a gap or a repeat', async (t) => {
  const keys = Array.from({ length: 10 }, (_, n) => `s${n}`);
  const scene = await withLeases(keys);
  const seen: string[] = [];
  const sizes: number[] = [];
  for (let after: SessionKey | undefined, more = true; more; ) {
    const page = await scene.list({ limit: 4, after });
    seen.push(...keysOf(page));
    sizes.push(page.leases.length);
    after = page.nextAfter;
    more = after !== undefined;
  }
  t.strictSame(seen, keys);
  t.strictSame(sizes, [4, 4, 2]);
});

t.test('the last page has no cursor, also when it is exactly full', async (t) => {
  const scene = await withLeases(['a', 'b']);
  t.equal((await scene.list({ limit: 2 })).nextAfter, undefined);
  t.equal((await scene.list({ limit: 1 })).nextAfter, 'a');
  t.equal((await scene.list({ prefix: 'a', limit: 1 })).nextAfter, undefined, 'what follows is not of this prefix');
});

t.test('a page reads 1,000 entries at most, and may come back empty with a cursor', async (t) => {
  const keyOf = (n: number): string => `s${String(n).padStart(5, '0')}`;
  const keys = Array.from({ length: LIST_READ_MAX + 1 }, (_, n) => keyOf(n));
  const scene = await withLeases(keys, (session) => ({ holder: session === keyOf(LIST_READ_MAX) ? 'the last' : 'the others' }));
  const first = await scene.list({ holder: 'the last' });
  t.strictSame([keysOf(first), first.nextAfter], [[], keyOf(LIST_READ_MAX - 1)]);
  const second = await scene.list({ holder: 'the last', after: first.nextAfter });
  t.strictSame([keysOf(second), second.nextAfter], [[keyOf(LIST_READ_MAX)], undefined]);
  const whole = await scene.list({ limit: 1_000 });
  t.equal(whole.leases.length, 1_000);
  t.equal(whole.nextAfter, keyOf(LIST_READ_MAX - 1));
});

t.test('only the leases of the holder that was asked for, to the letter', async (t) => {
  const scene = await withLeases(['a', 'b', 'c'], (session) => ({ holder: session === 'b' ? 'gateway-1' : 'gateway-10' }));
  t.strictSame(keysOf(await scene.list({ holder: 'gateway-1' })), ['b']);
});

t.test('an entry has what an inspection has', async (t) => {
  const scene = await withLeases(['s']);
  const { leases } = await scene.list();
  t.strictSame(leases[0]?.view, await scene.inspect('s'));
});

t.test('one namespace does not see the other', async (t) => {
  const scene = await withLeases(['mine']);
  const tenant = 'tenant' as Namespace;
  const name = { namespace: tenant, key: 'theirs' as SessionKey };
  await scene.store.apply(name, {
    kind: 'acquire', leaseIdHash: idHash('x'), connection: connectionId('c'), holder: 'h', ttlMs: 1_000, waitMs: 0, background: false, maxHoldMs: 1_000,
  });
  t.strictSame(keysOf(await scene.list()), ['mine']);
  t.strictSame(keysOf(await scene.list({ namespace: tenant })), ['theirs']);
});

t.test('what has ended is not listed, and its end is committed before the page is answered', async (t) => {
  const scene = await withLeases(['long', 'short'], (session) => ({ ttlMs: session === 'short' ? 100 : 30_000 }));
  await scene.acquire('x', { session: 'released' });
  await scene.release('x', 'released');
  scene.clock.advance(100);
  let answered = false;
  const listed = scene.list().finally(() => (answered = true));
  // The keys are read first; then the end that was found has to be written.
  await Promise.resolve();
  scene.writer.hold();
  await turns();
  t.equal(answered, false);
  scene.writer.letGo();
  t.strictSame(keysOf(await listed), ['long']);
});

t.test('a lease whose grant was answered is listed', async (t) => {
  const scene = await StoreScene.start();
  for (let n = 0; n < 20; n += 1) {
    await scene.take(`id ${n}`, { session: `s${String(n).padStart(2, '0')}` });
    t.equal((await scene.list()).leases.length, n + 1);
  }
});
