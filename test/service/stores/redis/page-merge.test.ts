// Parts of a page, each in order and each cut somewhere, become one page in order that passes nothing over.
import fc from 'fast-check';
import t from 'tap';
import { mergePages, type PagePart } from '../../../../service/src/stores/redis/page-merge.ts';

const byNumber = (a: number, b: number): number => a - b;
const part = (items: readonly number[], cutAfter?: number): PagePart<number> => ({ items, cutAfter });

t.test('whole parts are one page in order', async (t) => {
  t.strictSame(mergePages([part([2, 5]), part([]), part([1, 9])], 10, byNumber), { items: [1, 2, 5, 9], goesOnAfter: undefined });
  t.strictSame(mergePages([part([2, 5]), part([1, 9])], 4, byNumber), { items: [1, 2, 5, 9], goesOnAfter: undefined }, 'a page that is just full is the last');
  t.strictSame(mergePages([], 10, byNumber), { items: [], goesOnAfter: undefined });
});

t.test('a page ends at its limit, and goes on behind its last item', async (t) => {
  t.strictSame(mergePages([part([2, 5]), part([1, 9])], 3, byNumber), { items: [1, 2, 5], goesOnAfter: 5 });
  t.strictSame(mergePages([part([2, 5], 5), part([1, 9], 12)], 1, byNumber), { items: [1], goesOnAfter: 1 });
});

t.test('a page ends where the first part was cut: something may stand behind it that comes before what the others gave', async (t) => {
  t.strictSame(mergePages([part([2, 5], 5), part([1, 9])], 10, byNumber), { items: [1, 2, 5], goesOnAfter: 5 });
  t.strictSame(mergePages([part([2, 5], 7), part([1, 6, 9], 8)], 10, byNumber), { items: [1, 2, 5, 6], goesOnAfter: 7 }, 'what was looked at and is not listed counts');
  t.strictSame(mergePages([part([], 4), part([5])], 10, byNumber), { items: [], goesOnAfter: 4 }, 'a page may be empty and not the last');
});

t.test('a walk meets everything once, in order, however it is spread', async (t) => {
  const spread = fc.array(fc.record({ value: fc.nat(500), at: fc.nat(7) }), { maxLength: 120 });
  fc.assert(
    fc.property(spread, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 5 }), (all, limit, partLimit) => {
      const unique = [...new Map(all.map((one) => [one.value, one])).values()];
      const partitions = Array.from({ length: 8 }, (_, at) => unique.filter((one) => one.at === at).map(({ value }) => value).toSorted(byNumber));
      const walked: number[] = [];
      for (let after: number | undefined = -1, pages = 0; after !== undefined; pages += 1) {
        if (pages > 1_000) throw new Error('the walk does not end');
        const from: number = after;
        const parts = partitions.map((values) => {
          const items = values.filter((value) => value > from).slice(0, partLimit);
          return part(items, items.length === partLimit ? items.at(-1) : undefined);
        });
        const page = mergePages(parts, limit, byNumber);
        if (page.items.length > limit) throw new Error('too long a page');
        walked.push(...page.items);
        after = page.goesOnAfter;
      }
      return walked.join() === unique.map(({ value }) => value).toSorted(byNumber).join();
    }),
    { numRuns: 500 },
  );
  t.pass();
});
