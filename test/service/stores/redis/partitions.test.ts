// Where a session is stored. Stores exist that are laid out like this: these values may never change.
import t from 'tap';
import type { SessionName } from '../../../../service/src/session/store.ts';
import { ALL_PARTITIONS, metaKey, nameOfText, nameText, partitionOf, PARTITIONS } from '../../../../service/src/stores/redis/partitions.ts';

const name = (namespace: string, key: string): SessionName => ({ namespace, key }) as SessionName;

t.test('the partition of a session is its name by CRC-32, as every other implementation computes it', async (t) => {
  t.equal(partitionOf('123456789'), 0xcbf43926 % 64, 'the check value of CRC-32');
  const golden: readonly (readonly [SessionName, number])[] = [
    [name('default', 'agent:main:feishu:group:oc_1'), 15],
    [name('default', 'a'), 63],
    [name('team-a', 'a'), 56],
    [name('default', '{5}'), 13],
    [name('default', '日本 😀'), 23],
    [name('default', 'x'.repeat(512)), 31],
  ];
  for (const [session, partition] of golden) t.equal(partitionOf(nameText(session)), partition, nameText(session).slice(0, 40));
});

t.test('there are 64, and all keys of one begin with its number in braces', async (t) => {
  t.equal(PARTITIONS, 64);
  t.strictSame(ALL_PARTITIONS, Array.from({ length: 64 }, (_, partition) => partition));
  t.equal(metaKey(0), 'hf:{0}:meta');
  t.equal(metaKey(63), 'hf:{63}:meta');
});

t.test('a name is its namespace, a NUL, and its key, whatever the key is', async (t) => {
  for (const key of ['a', '{5}', 'a:b', 'hf:{0}:meta', '日本 😀']) {
    t.equal(nameText(name('default', key)), `default\0${key}`);
    t.strictSame(nameOfText(`default\0${key}`), name('default', key));
  }
});

t.test('sessions are spread evenly', async (t) => {
  const counts = new Map<number, number>();
  for (let number = 0; number < 64_000; number += 1) {
    const partition = partitionOf(nameText(name('default', `agent:main:feishu:group:oc_${number}`)));
    counts.set(partition, (counts.get(partition) ?? 0) + 1);
  }
  t.equal(counts.size, PARTITIONS);
  for (const [partition, count] of counts) t.ok(count > 800 && count < 1_200, `${count} in ${partition}`);
});
