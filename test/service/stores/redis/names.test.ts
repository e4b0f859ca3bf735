import t, { type Test } from 'tap';
import type { SessionName } from '../../../../service/src/session/store.ts';
import { metaKey, nameText, partitionOf, PARTITIONS } from '../../../../service/src/stores/redis/partitions.ts';
import { RepliesUnderTest } from '../../../conformance/replies-under-test.ts';
import { INSTANCE_ID, nameOf, StoreUnderTest } from '../../../conformance/store-under-test.ts';
import { connectRedis, ownRedis } from '../../../support/own-redis.ts';
import { readEntries, type Entries } from '../../../support/redis-entries.ts';
import { openOnOwnRedis } from '../../../support/redis-store-under-test.ts';
import { sourceFiles } from '../../../support/source-files.ts';

const NAMES = 1_000_000;
const VICTIM = 'victim';
/** One a partition, near enough. */
const VICTIMS = PARTITIONS;
const HOUR_MS = 3_600_000;
const TIMEOUT_MS = 300_000;

/** Keys that try to be more than a key. NUL is refused at the edge; here it must do no harm all the same. */
const TRICKS: readonly string[] = [
  ...['{tag}', '{3}', '}{', metaKey(3), `${metaKey(3)}\0${VICTIM}`, `hf:{${partitionOf(nameText(nameOf(VICTIM)))}}:ended:default\0${VICTIM}`],
  ...[':', '::', ' ', '.', '~', `default:${VICTIM}`, `${VICTIM}:`, `:${VICTIM}`, `ended:default\0${VICTIM}`, `queue:${VICTIM}`],
  ...['\0', `\0${VICTIM}`, `${VICTIM}\0`, `${VICTIM}\0\0`, `${VICTIM}\x000000000000000001`, `default\0${VICTIM}`, `other\0${VICTIM}`],
  ...['meta', 'sessions', 'live', 'due', '__proto__', '#0', '#1', '=', '-', '+', `[${VICTIM}`, `(${VICTIM}`],
  ...['*', '?', '[a-z]*', '%s', '%z', '%d+', "'); redis.call('FLUSHALL') --", ']] error() [[', '\\', '"', '\r\nFLUSHALL\r\n', '\x7f', '\u{10ffff}', '\ue000', '😀'.repeat(128)],
];

t.setTimeout(TIMEOUT_MS);

/** What the scripts call a session's own keys, and a partition's. */
const { ofSession, ofPartition } = (() => {
  const texts = sourceFiles((path) => /^service\/src\/stores\/redis\/lua\/.*\.lua$/.test(path)).map(({ text }) => text);
  const named = (pattern: RegExp): string[] => [...new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map(([, kind]) => kind!)))];
  return { ofSession: named(/key\(d, '(\w+)'\)/g), ofPartition: ['meta', ...named(/prefix \.\. '([\w:]+)'/g)] };
})();

const prefixOf = (name: SessionName): string => metaKey(partitionOf(nameText(name))).slice(0, -'meta'.length);

t.test('no kind of key is another kind of key, nor begins one', async (t) => {
  t.ok(ofSession.length >= 10 && ofPartition.length >= 8, `${ofSession.join(', ')}; ${ofPartition.join(', ')}`);
  const heads = [...ofSession.map((kind) => `${kind}:`), ...ofPartition];
  for (const head of heads) t.strictSame(heads.filter((other) => other !== head && head.endsWith(':') && other.startsWith(head)), [], head);
  t.equal(new Set(heads).size, heads.length);
});

const PARTS = ['', ':', '{', '}', '{3}', 'hf:', 'meta', 'ended', 'ended:', 'queue:', 'default', '0', '1', '63', 'a', '/', '😀', '\u00e9', ' ', '\0'] as const;

/** Four sessions that would be one if a name were no more than its parts in a row, or with a colon between them. */
const alike = (key: string): readonly SessionName[] => [nameOf(key, 'a:b:'), nameOf(`:${key}`, 'a:b'), nameOf(`b::${key}`, 'a'), nameOf(`:b::${key}`, 'a')];

t.test(`of ${NAMES} random names no two share a key, and they are spread evenly`, { timeout: TIMEOUT_MS }, async (t) => {
  const keys = new Set<string>();
  const counts = Array.from({ length: PARTITIONS }, () => 0);
  const below = seeded(20_260_101);
  const parts = (): string => Array.from({ length: below(5) }, () => PARTS[below(PARTS.length)]!).join('');
  for (let nth = 0; nth < NAMES / 4; nth += 1) {
    // No part has the mark that the number stands between.
    for (const session of alike(`${parts()}#${nth}#${parts()}`)) {
      keys.add(`${prefixOf(session)}${ofSession[0]!}:${nameText(session)}`);
      counts[partitionOf(nameText(session))]! += 1;
    }
  }
  t.equal(keys.size, NAMES, 'as many keys as names');
  evenly(t, counts);
});

t.test('names that are counted up are spread evenly too', async (t) => {
  const counts = Array.from({ length: PARTITIONS }, () => 0);
  for (let nth = 0; nth < NAMES; nth += 1) counts[partitionOf(nameText(nameOf(`agent:main:feishu:oc_${nth}`)))]! += 1;
  evenly(t, counts);
});

/** Random integers from 0 to below `limit`, always the same ones: a linear congruential generator, of which the upper bits are used. */
const seeded = (seed: number): ((limit: number) => number) => {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
};

const evenly = (t: Test, counts: readonly number[]): void => {
  const mean = counts.reduce((sum, count) => sum + count, 0) / PARTITIONS;
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
  t.ok(fewest > 0.95 * mean && most < 1.05 * mean, `${fewest} to ${most} of ${mean} in a partition`);
};

/** All that can happen to a session, in four seconds of its time, up to its end. */
const longLife = async (store: StoreUnderTest, name: SessionName): Promise<void> => {
  const replies = new RepliesUnderTest(store.store);
  const fencingToken = await store.take(name, 'a', { ttlMs: 60_000, metadata: { draft: 1 } });
  for (const id of ['b', 'c', 'd']) await store.wait(name, id, { background: id === 'b', ttlMs: 1_000 });
  await store.do(name, { kind: 'yield', by: 'ops', graceMs: 60_000 });
  await store.renew(name, 'a', 50_000);
  for (const id of ['r1', 'r2', 'r3', 'r4']) await replies.park(name, id, { fencingToken, expiresInMs: 1_500 });
  await replies.settle(name, 'r1', 'a', 'delivered');
  await replies.settle(name, 'r2', 'a', 'failed', { permanent: true });
  await replies.settle(name, 'r3', 'a', 'unknown');
  await replies.discard(name, 'r3');
  await replies.replay(name, 'r3');
  await replies.read(name, 'r3');
  await store.do(name, { kind: 'list-replies', limit: 2 });
  await store.do(name, { kind: 'fence', fencingToken });
  await store.store.list({ namespace: name.namespace, prefix: name.key.slice(0, 3), limit: 10 });
  for (const due of [true, false]) await store.store.listReplies({ namespace: name.namespace, due, limit: 10 });
  await store.disconnect(name, 'd');
  await store.release(name, 'a');
  await store.release(name, 'never seen');
  // The next waiter takes the session up; those behind it are offered it, and let it lapse.
  await store.renew(name, 'c');
  await store.do(name, { kind: 'revoke' });
  for (let lapses = 0; lapses < 2; lapses += 1) {
    store.leap(2_000);
    await store.inspect(name);
  }
};

/** Sessions that hold, wait, and keep replies of every state, for longer than all lives take. */
const settleVictims = async (store: StoreUnderTest): Promise<void> => {
  const replies = new RepliesUnderTest(store.store);
  const names = [nameOf(VICTIM), nameOf(VICTIM, 'other'), ...Array.from({ length: VICTIMS }, (_, nth) => nameOf(`${VICTIM} ${nth}`))];
  for (const name of names) {
    await store.take(name, 'over');
    await store.release(name, 'over');
    await store.take(name, 'a', { ttlMs: HOUR_MS });
    for (const id of ['b', 'c']) await store.wait(name, id, { waitMs: HOUR_MS });
    for (const id of ['delivered', 'superseded', 'dead', 'parked']) await replies.park(name, id);
    await replies.settle(name, 'delivered', 'a', 'delivered');
    await replies.discard(name, 'superseded');
    await replies.settle(name, 'dead', 'a', 'failed', { permanent: true });
  }
};

/** Where two moments differ in anything that is not this session's own. Partitions raise their floors, count and sweep. */
const touched = (before: Entries, after: Entries, name: SessionName): string[] => {
  const text = nameText(name);
  const prefix = prefixOf(name);
  const own = new Set(ofSession.map((kind) => `${prefix}${kind}:${text}`));
  const shared = (key: string): string | undefined => ofPartition.find((kind) => key.startsWith(`${prefix}${kind}`));
  const isOwn = (key: string, member: string): boolean => {
    if (own.has(key)) return true;
    const index = shared(key);
    if (key.endsWith(':meta')) return member !== 'store';
    // What is counted is counted for a whole namespace; tickets and replies stand behind the name of their session.
    if (key === `${prefix}usage`) return member.startsWith(`${name.namespace}:`);
    if (key === `${prefix}waitingsince` || key === `${prefix}undeliveredsince`) return member.startsWith(`${text}\0`) && !member.slice(text.length + 1).includes('\0');
    // By name, but where an index is a namespace's: there by key, and a reply by its number behind it.
    if (index === 'courier:') return member === name.key;
    if (index === 'listed:') return member.startsWith(name.key) && /^\0\d{16}$/.test(member.slice(name.key.length));
    return index !== undefined && member === text;
  };
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
    const [was, is] = [before.get(key) ?? NOTHING, after.get(key) ?? NOTHING];
    const changed = [...new Set([...was.keys(), ...is.keys()])].filter((member) => was.get(member) !== is.get(member) && !isOwn(key, member));
    return changed.map((member) => `${key} ${member}`);
  });
};

const NOTHING: ReadonlyMap<string, string> = new Map();

t.test('a session cannot touch another, whatever it is called', { timeout: TIMEOUT_MS }, async (t) => {
  const socketPath = await ownRedis(t);
  const redis = await connectRedis(socketPath);
  t.teardown(() => redis.disconnect());
  const store = await StoreUnderTest.open(t, (t, clock) => openOnOwnRedis(t, { socketPath, db: 0, instanceId: INSTANCE_ID, clock }), { isDistant: true });
  await settleVictims(store);
  const names = [...TRICKS.map((key) => nameOf(key)), ...[VICTIM, `${VICTIM} 1`, `\0${VICTIM}`, `default\0${VICTIM}`].map((key) => nameOf(key, 'third'))];
  for (const name of names) {
    await store.hear();
    store.events.splice(0);
    const before = await readEntries(redis);
    await longLife(store, name);
    const after = await readEntries(redis);
    await store.hear();
    const what = JSON.stringify(nameText(name).slice(0, 60));
    t.ok(after.get(`${prefixOf(name)}sessions`)?.has(nameText(name)), `${what} has left its trace`);
    t.strictSame(touched(before, after, name), [], `${what} has left all others alone`);
    t.ok(store.events.length > 10 && store.events.every((told) => nameText(told.name) === nameText(name)), `${what} is told under its own name`);
  }
});
