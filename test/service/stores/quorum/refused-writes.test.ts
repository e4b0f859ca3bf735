/** Instances that get into each other's way: whatever cannot be done twice is done once, told once, and nobody is left in doubt of it while all nodes answer. */
import t, { type Test } from 'tap';
import type { SessionEvent } from '../../../../service/src/session/commands.ts';
import type { LeaseIdHash } from '../../../../service/src/session/types.ts';
import type { QuorumStore } from '../../../../service/src/stores/quorum/quorum-store.ts';
import { nameText } from '../../../../service/src/stores/redis/partitions.ts';
import { connectionOf, nameOf } from '../../../conformance/store-under-test.ts';
import { IS_LONG } from '../../../support/each-store.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { seededChance } from '../../../support/load/seeded-chance.ts';
import { farAway, going, memoryNodes, quorumStoreOn, settle } from '../../../support/quorum-in-memory.ts';

const INSTANCES = 3;
const ROUNDS = 40;
const SEEDS = IS_LONG ? 24 : 5;
const TURNS_AWAY = 40;

/** Questions take differently long to each node, so that proposers meet in every way. */
const scene = (t: Test, seed: number) => {
  const clock = new FakeClock();
  const chance = seededChance(seed);
  const nodes = memoryNodes(clock, 3);
  const others: QuorumStore[] = [];
  const ended: Extract<SessionEvent, { type: 'ended' }>[] = [];
  const stores = Array.from({ length: INSTANCES }, (_, nth) => {
    const away = nodes.map((node) => farAway(node, () => Math.floor(TURNS_AWAY * chance())));
    const store = going(quorumStoreOn(away, { clock, instanceId: `i${nth + 1}`, others, random: chance }), clock);
    store.listen({ onWake: () => {}, onEvent: (_name, event, isOwn) => void (isOwn && event.type === 'ended' && ended.push(event)) });
    return store;
  });
  t.teardown(() => Promise.all(stores.map((store) => store.close())));
  return { stores, nodes, chance, ended };
};

const take = async (store: QuorumStore, id: string) => {
  const name = nameOf('s');
  const granted = await store.apply(name, { kind: 'acquire', leaseIdHash: id as LeaseIdHash, connection: connectionOf(name, id), holder: id, ttlMs: 30_000, waitMs: 0, background: false, maxHoldMs: 3_600_000 });
  if (granted.kind !== 'granted') throw new Error(`${id}: ${granted.kind}`);
  return granted.fencingToken;
};

t.test('each lease ends once, is told to have ended once, and to have been revoked by whoever did that', async (t) => {
  const name = nameOf('s');
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { stores, ended } = scene(t, seed);
    const tokens: number[] = [];
    let revoked = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      tokens.push(await take(stores[round % INSTANCES]!, `id-${round}`));
      const outcomes = await Promise.all(stores.map((store) => store.apply(name, { kind: 'revoke' })));
      revoked += outcomes.filter(({ kind }) => kind === 'revoked').length;
      await settle(10);
    }
    t.strictSame(ended.map(({ fencingToken }) => fencingToken), tokens, `seed ${seed}: the end of each lease is told once`);
    // A revocation that only one node has heard of may have left its lease on too few to be live: then whoever comes next finds that it is over.
    const because = ended.map(({ endedBecause }) => endedBecause);
    t.equal(revoked, because.filter((one) => one === 'revoked').length, `seed ${seed}: whoever revoked it is told that it did`);
    t.ok(revoked >= ROUNDS * 0.8, `seed ${seed}: ${revoked} of ${ROUNDS} are revoked, the others over`);
  }
});

t.test('nodes that go and come back meanwhile leave somebody in doubt, and nobody is told what is not so', async (t) => {
  const name = nameOf('s');
  let [told, doubts] = [0, 0];
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { stores, nodes, chance, ended } = scene(t, seed);
    for (let round = 0; round < ROUNDS; round += 1) {
      const token = await take(stores[0]!, `id-${round}`);
      let isOver = false;
      const failing = (async (): Promise<void> => {
        while (!isOver) {
          const node = nodes[Math.floor(3 * chance())]!;
          node.isDown = true;
          await settle(60 * chance());
          node.isDown = false;
          await settle(20 * chance());
        }
      })();
      const outcomes = await Promise.allSettled(stores.map((store) => store.apply(name, { kind: 'revoke' })));
      isOver = true;
      await failing;
      doubts += outcomes.filter(({ status }) => status === 'rejected').length;
      const revoked = outcomes.flatMap((one) => (one.status === 'fulfilled' && one.value.kind === 'revoked' ? [one.value.fencingToken] : []));
      told += revoked.length;
      t.ok(revoked.length <= 1 && revoked.every((one) => one === token), `seed ${seed}, round ${round}: at most one is told that it revoked it`);
      const { held } = await stores[round % INSTANCES]!.apply(name, { kind: 'inspect' });
      t.notOk(held && revoked.length > 0, `seed ${seed}, round ${round}: what is still held was not revoked`);
      if (held) await stores[0]!.apply(name, { kind: 'revoke' });
    }
    const tokens = ended.map(({ fencingToken }) => fencingToken);
    t.equal(new Set(tokens).size, tokens.length, `seed ${seed}: no end is told twice`);
  }
  t.comment(`${told} revoked, ${doubts} in doubt`);
});

t.test('whoever is refused, and then finds no majority, is not told that nothing has happened: one node may have it', async (t) => {
  const clock = new FakeClock();
  const nodes = memoryNodes(clock, 3);
  const store = going(quorumStoreOn(nodes, { clock, instanceId: 'i1' }), clock);
  t.teardown(() => store.close());
  const name = nameOf('s');
  await take(store, 'a');
  const refused: string[] = [];
  for (const node of nodes.slice(1)) {
    const { accept } = node;
    // Another comes first on these two, and then all of them are gone.
    node.accept = async (...given) => {
      await node.prepare(name, Number.MAX_SAFE_INTEGER, 'another');
      const told = await accept.apply(node, given);
      refused.push(told.kind);
      if (refused.length === 2) for (const one of nodes) one.isDown = true;
      return told;
    };
  }
  await t.rejects(store.apply(name, { kind: 'release', leaseIdHash: 'a' as LeaseIdHash }), { code: 'store-unavailable', outcome: 'unknown' });
  t.strictSame(refused, ['refused', 'refused']);
  t.equal(nodes[0]!.kept(nameText(name)).register.value, '', 'the first has it');
  await t.rejects(store.apply(name, { kind: 'inspect' }), { code: 'store-unavailable', outcome: 'not-applied' }, 'what only asks is not in doubt');
});
