// A page of live leases, joined from what each partition lists.
import t from 'tap';
import type { SessionView } from '../../../../service/src/session/commands.ts';
import type { Namespace, SessionKey } from '../../../../service/src/session/types.ts';
import { listLeases, partLimit } from '../../../../service/src/stores/redis/listings.ts';
import type { LeasesAsked, LeasesListed } from '../../../../service/src/stores/redis/lua/list-leases.ts';
import { ALL_PARTITIONS, partitionOf } from '../../../../service/src/stores/redis/partitions.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { scriptedRun } from './scripted-run.ts';

const NAMESPACE = 'default' as Namespace;

const inBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const viewOf = (holder: string): SessionView => ({ kind: 'session', held: true, holder, waiters: [], parkedReplies: 0 }) as unknown as SessionView;

/** Partitions that hold these sessions, as `list-leases.lua` lists them. */
const scene = (keys: readonly string[], holderOf: (key: string) => string = () => 'g') => {
  const list = ({ namespace, prefix, after, limit }: LeasesAsked, partition: number): LeasesListed => {
    const all = keys.filter((key) => partitionOf(`${namespace}\0${key}`) === partition && key.startsWith(prefix) && (after === '' || inBytes(key, after) > 0)).toSorted(inBytes);
    const seen = all.slice(0, limit);
    return { sessions: seen.map((key) => ({ key: key as SessionKey, view: viewOf(holderOf(key)) })), cutAfter: seen.length === limit ? (seen.at(-1) as SessionKey) : undefined };
  };
  return scriptedRun(new FakeClock(), ({ given, partition }) => ({ outcome: list(given as LeasesAsked, partition) }));
};

const walk = async (scripted: ReturnType<typeof scene>, query: { readonly limit: number; readonly holder?: string; readonly prefix?: string }) => {
  const keys: string[] = [];
  const pages: number[] = [];
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: Awaited<ReturnType<typeof listLeases>> = await listLeases(scripted.run, { namespace: NAMESPACE, after, ...query });
    keys.push(...page.leases.map(({ key }) => key));
    pages.push(page.leases.length);
    after = page.nextAfter;
  }
  return { keys, pages };
};

t.test('a walk lists everything once, in byte order, whatever the size of its pages', async (t) => {
  const keys = [...Array.from({ length: 300 }, (_, number) => `s${number}`), 'é', '日本', '😀', '￼'];
  for (const limit of [1, 7, 100, 1_000]) {
    const walked = await walk(scene(keys), { limit });
    t.strictSame(walked.keys, keys.toSorted(inBytes), `pages of ${limit}`);
    t.ok(walked.pages.every((size) => size <= limit));
  }
});

t.test('all partitions are asked, each for little more than its share', async (t) => {
  const { run, asked } = scene(['a']);
  await listLeases(run, { namespace: NAMESPACE, limit: 100, prefix: 'p', after: 'q' });
  t.strictSame(asked.map(({ partition }) => partition), ALL_PARTITIONS);
  t.ok(asked.every(({ script }) => script === 'list-leases'));
  t.strictSame(asked[0]!.given, { namespace: NAMESPACE, prefix: 'p', after: 'q', limit: 8 });
  t.equal(partLimit(1), 2);
  t.equal(partLimit(1_000), 64);
  t.equal(partLimit(1_000_000), 1_000, 'and never for more than a listing may read');
});

t.test('leases of other holders are looked at and left out, and a page without any may have a next one', async (t) => {
  const keys = Array.from({ length: 20_000 }, (_, number) => `s${String(number).padStart(5, '0')}`);
  const scripted = scene(keys, (key) => (key === 's19999' ? 'wanted' : 'g'));
  const { keys: found, pages } = await walk(scripted, { limit: 10, holder: 'wanted' });
  t.strictSame(found, ['s19999']);
  t.ok(pages.length > 1 && pages[0] === 0);
  t.ok(scripted.asked.every(({ given }) => (given as LeasesAsked).limit === 100));
});
