/** Spans of time are joined, subtracted and measured rightly. */
import fc from 'fast-check';
import t from 'tap';
import { longestMs, type Span, subtract, union } from '../../demo/spans.ts';

const span = (fromMs: number, toMs: number): Span => ({ fromMs, toMs });

t.test('spans that touch or overlap become one, and empty ones vanish', async (t) => {
  t.strictSame(union([span(5, 8), span(1, 3), span(3, 4), span(6, 7), span(9, 9)]), [span(1, 4), span(5, 8)]);
});

t.test('holes are cut out', async (t) => {
  t.strictSame(subtract([span(0, 10)], [span(2, 3), span(5, 12)]), [span(0, 2), span(3, 5)]);
  t.strictSame(subtract([span(0, 10), span(20, 30)], [span(8, 22)]), [span(0, 8), span(22, 30)]);
  t.strictSame(subtract([span(0, 10)], [span(0, 10)]), []);
  t.strictSame(subtract([span(0, 10)], []), [span(0, 10)]);
});

t.test('the longest counts', async (t) => {
  t.equal(longestMs([span(0, 2), span(5, 9), span(20, 21)]), 4);
  t.equal(longestMs([]), 0);
});

t.test('a moment is left exactly when it is in a span and in no hole', async () => {
  const spans = fc.array(fc.tuple(fc.nat(30), fc.nat(30)).map(([one, other]) => span(Math.min(one, other), Math.max(one, other))), { maxLength: 6 });
  const covers = (all: readonly Span[], ms: number): boolean => all.some(({ fromMs, toMs }) => fromMs <= ms && ms < toMs);
  fc.assert(
    fc.property(spans, spans, (some, holes) => {
      const left = subtract(some, holes);
      for (let ms = 0; ms <= 30; ms += 1) if (covers(left, ms) !== (covers(some, ms) && !covers(holes, ms))) return false;
      return left.every(({ fromMs }, index) => index === 0 || (left[index - 1] as Span).toMs < fromMs);
    }),
  );
});
