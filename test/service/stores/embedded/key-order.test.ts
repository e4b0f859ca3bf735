import t from 'tap';
import { compareKeys } from '../../../../service/src/stores/embedded/key-order.ts';

t.test('keys are ordered by their bytes', async (t) => {
  const ordered = ['A', 'a', 'aa', 'é', '日本', '\uE000', '\uFFFD', '\u{1F600}', '\u{10FFFF}'];
  t.strictSame(ordered.toReversed().sort(compareKeys), ordered);
  t.notSame(ordered.toSorted(), ordered, 'which is not the order of UTF-16');
  t.equal(compareKeys('日本', '日本'), 0);
});
