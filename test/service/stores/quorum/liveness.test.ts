/** Whatever instances and nodes have done to a session before, it can be had, renewed and let go at once with one node away. */
import t from 'tap';
import type { Command } from '../../../../service/src/session/commands.ts';
import type { LeaseIdHash } from '../../../../service/src/session/types.ts';
import type { QuorumStore } from '../../../../service/src/stores/quorum/quorum-store.ts';
import { connectionOf, nameOf } from '../../../conformance/store-under-test.ts';
import { IS_LONG } from '../../../support/each-store.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { seededChance } from '../../../support/load/seeded-chance.ts';
import { farAway, going, memoryNodes, quorumStoreOn, settle } from '../../../support/quorum-in-memory.ts';

const INSTANCES = 3;
const ROUNDS = 25;
const SEEDS = IS_LONG ? 40 : 3;
const TURNS_AWAY = 40;
const AT_ONCE_MS = 500;
/** What somebody who was interrupted has left behind delays others by so much. */
const INTERRUPTED_MS = 3_100;

const name = nameOf('s');

const acquire = (id: string): Command => ({ kind: 'acquire', leaseIdHash: id as LeaseIdHash, connection: connectionOf(name, id), holder: id, ttlMs: 30_000, waitMs: 0, background: false, maxHoldMs: 3_600_000, maxWaiters: undefined, yieldRequest: undefined });

for (const count of [3, 5]) {
  t.test(`${count} nodes`, async (t) => {
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const clock = new FakeClock();
      const chance = seededChance(seed);
      const pick = <T>(things: readonly T[]): T => things[Math.floor(things.length * chance())]!;
      const nodes = memoryNodes(clock, count);
      const others: QuorumStore[] = [];
      const stores = Array.from({ length: INSTANCES }, (_, nth) => {
        const away = nodes.map((node) => farAway(node, () => Math.floor(TURNS_AWAY * chance())));
        return going(quorumStoreOn(away, { clock, instanceId: `i${nth + 1}`, others, random: chance }), clock);
      });
      const ids = Array.from({ length: 4 }, (_, nth) => `id-${nth}`);
      const anything = (): Command => {
        const leaseIdHash = pick(ids) as LeaseIdHash;
        return pick<Command>([acquire(leaseIdHash), acquire(leaseIdHash), { kind: 'release', leaseIdHash }, { kind: 'renew', leaseIdHash, ttlMs: undefined }, { kind: 'revoke' }, { kind: 'inspect' }]);
      };
      for (let round = 0; round < ROUNDS; round += 1) {
        ids.push(`id-${round + ids.length}`);
        ids.shift();
        let isOver = false;
        const failing = (async (): Promise<void> => {
          while (!isOver) {
            const node = pick(nodes);
            node.isDown = true;
            await settle(80 * chance());
            node.isDown = false;
            await settle(80 * chance());
          }
        })();
        await Promise.allSettled(stores.map(async (store) => {
          for (let nth = 0; nth < 3; nth += 1) await store.apply(name, anything()).catch(() => {});
        }));
        isOver = true;
        await failing;

        let away = pick(nodes);
        away.isDown = true;
        await settle(100);
        clock.advance(INTERRUPTED_MS);
        const fromMs = clock.now().monoMs;
        const what = `seed ${seed}, round ${round}`;
        const id = `own-${round}`;
        try {
    const { held } = await pick(stores).apply(name, { kind: 'inspect' }).catch(() => ({ held: true }));
          if (held) await pick(stores).apply(name, { kind: 'revoke' });
          const granted = await pick(stores).apply(name, acquire(id));
          const renew: Command = { kind: 'renew', leaseIdHash: id as LeaseIdHash, ttlMs: undefined };
          const renewed = [await pick(stores).apply(name, renew)];
          // Once it is back, a renewal makes up for what it has missed, so that each of the others may be away.
          away.isDown = false;
          renewed.push(await pick(stores).apply(name, renew));
          await settle(100);
          away = pick(nodes.filter((node) => node !== away));
          away.isDown = true;
          renewed.push(await pick(stores).apply(name, renew));
          const released = await pick(stores).apply(name, { kind: 'release', leaseIdHash: id as LeaseIdHash });
          t.strictSame([granted, ...renewed, released].map(({ kind }) => kind), ['granted', 'renewed', 'renewed', 'renewed', 'released'], what);
          const tookMs = clock.now().monoMs - fromMs;
          t.ok(tookMs < AT_ONCE_MS, `${what}: ${tookMs} ms`);
        } catch (error) {
          t.fail(`${what}: ${(error as Error).message}`);
        }
        away.isDown = false;
      }
      await Promise.all(stores.map((store) => store.close()));
    }
  });
}
