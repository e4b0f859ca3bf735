/** Conformance: grants, tokens, renewals, ends. */
import type { Test } from 'tap';
import type { FencingToken, LeaseIdHash, Namespace, SessionKey } from '../../service/src/session/types.ts';
import { nameOf, type OpenUnderTest } from './store-under-test.ts';

export const leaseRules = async (t: Test, open: OpenUnderTest): Promise<void> => {
  const store = await open(t);

  t.test('a store has an id and is well', async (t) => {
    t.match(store.store.storeId, /./);
    t.ok(store.store.checks().every(({ ok }) => ok));
  });

  t.test('a grant is repeated alike, and told once', async (t) => {
    const fencingToken = await store.take('grant', 'a', { ttlMs: 9_000 });
    store.clock.advance(2_000);
    t.match(await store.acquire('grant', 'a'), { kind: 'granted', repeated: true, fencingToken, ttlMs: 9_000, remainingMs: 7_000 });
    t.strictSame(await store.takeEvents('grant'), [{ type: 'granted', holder: 'holder of a', fencingToken, waitedMs: 0 }]);
  });

  t.test('a repeat at the same time is one grant', async (t) => {
    const outcomes = await Promise.all([store.acquire('twice', 'a'), store.acquire('twice', 'a'), store.acquire('twice', 'a')]);
    t.equal(new Set(outcomes.map((outcome) => outcome.kind === 'granted' && outcome.fencingToken)).size, 1);
    t.match(outcomes, [{ kind: 'granted' }, { kind: 'granted' }, { kind: 'granted' }]);
  });

  t.test('of many at the same time one is granted, and the others are told who', async (t) => {
    const outcomes = await Promise.all(Array.from({ length: 50 }, (_, index) => store.acquire('crowd', `a${index}`)));
    const granted = outcomes.flatMap((outcome) => (outcome.kind === 'granted' ? [outcome] : []));
    t.equal(granted.length, 1);
    t.equal(outcomes.filter((outcome) => outcome.kind === 'lease-held' && outcome.currentToken === granted[0]!.fencingToken).length, 49);
  });

  t.test('tokens of a session grow, whatever the wall clock does', async (t) => {
    const tokens: number[] = [];
    for (const [index, byMs] of [0, -86_400_000, 0, 86_400_000, -1, 0].entries()) {
      store.clock.stepWall(byMs);
      tokens.push(await store.take('tokens', `a${index}`));
      await store.release('tokens', `a${index}`);
    }
    t.strictSame(tokens, [...new Set(tokens)].toSorted((a, b) => a - b));
    t.ok(tokens.every(Number.isSafeInteger));
  });

  t.test('a lease lives until its expiry, and is renewed by its id alone', async (t) => {
    const fencingToken = await store.take('life', 'a', { ttlMs: 1_000 });
    store.clock.advance(999);
    t.match(await store.renew('life', 'b'), { kind: 'lease-unknown' });
    t.match(await store.renew('life', 'a'), { kind: 'renewed', fencingToken, remainingMs: 1_000 });
    store.clock.advance(1_000);
    t.match(await store.renew('life', 'a'), { kind: 'lease-lost', fencingToken, endedBecause: 'expired' });
    t.match(await store.acquire('life', 'a'), { kind: 'lease-ended' });
  });

  t.test('a release ends its own lease only, and can be repeated', async (t) => {
    await store.take('release', 'a', { ttlMs: 1_000 });
    store.clock.advance(1_000);
    await store.take('release', 'b', { holder: 'holder of a' });
    t.match(await store.release('release', 'a'), { kind: 'lease-lost', endedBecause: 'expired' });
    t.match(await store.inspect('release'), { held: true });
    t.match([await store.release('release', 'b'), await store.release('release', 'b')], [{ kind: 'released' }, { kind: 'released' }]);
  });

  t.test('a release that overtakes its acquire wins', async (t) => {
    const [released, acquired] = await Promise.all([store.release('overtaken', 'a'), store.acquire('overtaken', 'a')]);
    t.match(released, { kind: 'released' });
    t.match(acquired, { kind: 'lease-ended' });
  });

  t.test('an ended id is remembered for 15 minutes', async (t) => {
    await store.take('ended', 'a');
    await store.release('ended', 'a');
    store.clock.advance(15 * 60_000 - 1);
    t.match(await store.acquire('ended', 'a'), { kind: 'lease-ended' });
    store.clock.advance(1);
    t.match(await store.acquire('ended', 'a'), { kind: 'granted' });
  });

  t.test('metadata is handed to the next holder', async (t) => {
    await store.take('metadata', 'a', { metadata: { draft: 'm1', nested: { list: [1, 'ü', null] } } });
    await store.release('metadata', 'a');
    t.match(await store.acquire('metadata', 'b'), { previous: { metadata: { draft: 'm1', nested: { list: [1, 'ü', null] } } } });
  });

  t.test('max hold, preemption and revocation end a lease, each with its reason', async (t) => {
    await store.take('ends', 'a', { ttlMs: 10_000, maxHoldMs: 5_000 });
    store.clock.advance(5_000);
    t.match(await store.renew('ends', 'a'), { kind: 'lease-lost', endedBecause: 'max-hold' });
    await store.take('ends', 'b', { ttlMs: 2_000 });
    t.match(await store.do('ends', { kind: 'yield', by: 'ops', graceMs: 3_000 }), { kind: 'asked', yieldRequest: { remainingMs: 3_000 } });
    store.clock.advance(1_500);
    t.match(await store.renew('ends', 'b'), { kind: 'renewed', remainingMs: 1_500 });
    store.clock.advance(1_500);
    t.match(await store.renew('ends', 'b'), { kind: 'lease-lost', endedBecause: 'preempted' });
    const fencingToken = await store.take('ends', 'c');
    t.match(await store.do('ends', { kind: 'revoke' }), { kind: 'revoked', fencingToken });
    t.match(await store.renew('ends', 'c'), { kind: 'lease-lost', endedBecause: 'revoked' });
    t.match(await store.do('ends', { kind: 'revoke' }), { kind: 'lease-not-held' });
    t.match(await store.do('ends', { kind: 'yield', by: 'ops' }), { kind: 'lease-not-held' });
  });

  t.test('a grant that nobody could be told becomes an offer', async (t) => {
    await store.take('untold', 'a');
    await store.disconnect('untold', 'a');
    t.match(await store.acquire('untold', 'b'), { kind: 'lease-held', remainingMs: 5_000 });
  });

  t.test('a fencing token is judged right', async (t) => {
    const first = await store.take('fence', 'a');
    t.match(await store.do('fence', { kind: 'fence', fencingToken: first }), { verdict: 'current', stale: false });
    await store.release('fence', 'a');
    t.match(await store.do('fence', { kind: 'fence', fencingToken: first }), { verdict: 'ended', stale: true, endedBecause: 'released' });
    const second = await store.take('fence', 'b');
    t.match(await store.do('fence', { kind: 'fence', fencingToken: first }), { verdict: 'superseded', stale: true, currentToken: second });
    t.match(await store.do('fence', { kind: 'fence', fencingToken: (second + 1) as FencingToken }), { verdict: 'unknown', stale: true });
    t.match(await store.do('never named', { kind: 'fence', fencingToken: second }), { verdict: 'unknown', stale: true });
  });

  t.test('sessions and namespaces are apart, whatever they are called', async (t) => {
    const keys = ['__proto__', 'constructor', 'a/b', '{tag}', '%2F', ' ', '..x', 'ü', '😀'.repeat(128), "'; DROP TABLE sessions; --"];
    for (const key of keys) t.match(await store.acquire(key, 'same id'), { kind: 'granted' }, key.slice(0, 30));
    for (const key of keys) t.match(await store.acquire(nameOf(key, 'other'), 'same id'), { kind: 'granted' }, `${key.slice(0, 30)} of another namespace`);
    await store.release('__proto__', 'same id');
    t.match(await store.inspect(nameOf('__proto__', 'other')), { held: true });
    t.match(await store.inspect('constructor'), { held: true });
  });

  t.test('a batch of renewals is answered in its order, each by its own merit', async (t) => {
    const tokens = new Map<string, number>();
    for (let index = 0; index < 1_000; index += 1) tokens.set(`batch ${index}`, await store.take(`batch ${index}`, 'a', { ttlMs: 60_000 }));
    await store.release('batch 7', 'a');
    const renewals = [...tokens.keys()].map((key) => ({ key: key as SessionKey, leaseIdHash: (key === 'batch 9' ? 'b' : 'a') as LeaseIdHash, ttlMs: key === 'batch 3' ? 90_000 : undefined }));
    const outcomes = await store.store.renewAll('default' as Namespace, renewals);
    t.equal(outcomes.length, 1_000);
    t.match(outcomes[3], { kind: 'renewed', ttlMs: 90_000, fencingToken: tokens.get('batch 3') });
    t.match(outcomes[7], { kind: 'lease-lost', endedBecause: 'released' });
    t.match(outcomes[9], { kind: 'lease-unknown' });
    const others = outcomes.filter((outcome, index) => ![7, 9].includes(index) && outcome?.kind === 'renewed' && outcome.fencingToken === tokens.get(`batch ${index}`));
    t.equal(others.length, 998);
    t.match(await store.store.renewAll('other' as Namespace, renewals.slice(0, 1)), [{ kind: 'lease-unknown' }], 'another namespace knows none of them');
  });
};
