/** Conformance: listings of live leases. */
import type { Test } from 'tap';
import type { LeaseQuery } from '../../service/src/session/store.ts';
import type { Namespace } from '../../service/src/session/types.ts';
import { nameOf, type OpenUnderTest } from './store-under-test.ts';

export const listingRules = async (t: Test, open: OpenUnderTest): Promise<void> => {
  const store = await open(t);

  /** All pages, one after the other. */
  const list = async (query: Partial<LeaseQuery> = {}): Promise<{ keys: string[]; pages: number }> => {
    const keys: string[] = [];
    const limit = query.limit ?? 100;
    for (let pages = 1, after = query.after; ; pages += 1) {
      const page = await store.store.list({ namespace: 'default' as Namespace, ...query, limit, after });
      t.ok(page.leases.length <= limit);
      keys.push(...page.leases.map(({ key }) => key));
      if (page.nextAfter === undefined) return { keys, pages };
      if (pages > 1_000) throw new Error('a listing has no end');
      after = page.nextAfter;
    }
  };
  const inByteOrder = (keys: readonly string[]): string[] => keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

  // U+E000 comes before U+1F600 in bytes, and after it in UTF-16 units.
  const keys = ['b', 'a', 'a/1', 'a/10', 'a/2', 'B', '~x', 'ä', '\ue000', '😀', '%', '_', 'a%', 'a_'];
  for (const [index, key] of keys.entries()) await store.take(key, `id of ${key}`, { holder: `gateway-${index % 2}`, ttlMs: 60_000 });
  await store.take(nameOf('a', 'other'), 'x');

  t.test('leases are listed in byte order of their keys, each once, over pages of any size', async (t) => {
    for (const limit of [1, 2, 3, 5, keys.length, 1_000]) t.strictSame((await list({ limit })).keys, inByteOrder(keys), `pages of ${limit}`);
  });

  t.test('a prefix is taken literally', async (t) => {
    t.strictSame((await list({ prefix: 'a' })).keys, inByteOrder(keys.filter((key) => key.startsWith('a'))));
    t.strictSame((await list({ prefix: 'a/1' })).keys, ['a/1', 'a/10']);
    for (const prefix of ['a%', 'a_', '%', '_', '😀']) t.strictSame((await list({ prefix, limit: 1 })).keys, [prefix]);
    t.strictSame((await list({ prefix: 'nothing' })).keys, []);
  });

  t.test('a holder is matched whole', async (t) => {
    t.strictSame((await list({ holder: 'gateway-1', limit: 2 })).keys, inByteOrder(keys.filter((_, index) => index % 2 === 1)));
    t.strictSame((await list({ holder: 'gateway' })).keys, []);
  });

  t.test('a listing goes on after any key, whether it is there or not', async (t) => {
    t.strictSame((await list({ after: 'a/1' })).keys, inByteOrder(keys.filter((key) => Buffer.compare(Buffer.from(key), Buffer.from('a/1')) > 0)));
    t.strictSame((await list({ after: 'a/11', prefix: 'a/' })).keys, ['a/2']);
  });

  t.test('a namespace lists its own leases alone', async (t) => {
    t.strictSame((await list({ namespace: 'other' as Namespace })).keys, ['a']);
    t.strictSame((await list({ namespace: 'nobody' as Namespace })).keys, []);
  });

  t.test('what ended is not listed: by release, and by time that nobody looked at', async (t) => {
    await store.release('b', 'id of b');
    t.notOk((await list()).keys.includes('b'));
    store.clock.advance(59_999);
    t.ok((await list()).keys.includes('a'));
    store.clock.advance(1);
    t.strictSame((await list()).keys, []);
  });

  t.test('a listed lease is told as an inspection tells it', async (t) => {
    await store.take('shown', 'id', { metadata: { draft: 1 } });
    const { leases } = await store.store.list({ namespace: 'default' as Namespace, prefix: 'shown', limit: 10 });
    t.strictSame(leases, [{ key: 'shown', view: await store.inspect('shown') }]);
  });
};
