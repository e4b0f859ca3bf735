// What is asked of many sessions goes to their partitions, so many at once.
import t from 'tap';
import { inParts } from '../../../../service/src/stores/redis/in-parts.ts';
import { partitionOf } from '../../../../service/src/stores/redis/partitions.ts';

t.test('each is asked of its partition, in the order given, and none twice or never', async (t) => {
  const asked = Array.from({ length: 5_000 }, (_, number) => ({ name: `default\0session ${number}`, number }));
  const parts = inParts(asked);
  t.equal(parts.flatMap(([, part]) => part).length, asked.length);
  t.equal(new Set(parts.flatMap(([, part]) => part)).size, asked.length);
  for (const [partition, part] of parts) {
    if (!part.every(({ name }) => partitionOf(name) === partition)) t.fail(`one stands in ${partition} that is not of it`);
    if (part.some(({ number }, place) => place > 0 && number <= part[place - 1]!.number)) t.fail(`those of ${partition} are in another order`);
  }
});

t.test('a script is given a hundred at most', async (t) => {
  const same = (count: number): { name: string }[] => Array.from({ length: count }, () => ({ name: 'default\0one' }));
  const sizes = (count: number): number[] => inParts(same(count)).map(([, part]) => part.length);
  t.strictSame(sizes(0), []);
  t.strictSame(sizes(100), [100]);
  t.strictSame(sizes(101), [100, 1]);
  t.strictSame(sizes(300), [100, 100, 100]);
});
