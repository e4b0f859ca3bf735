// What is wrong with a JSON value, without recursion.
import t from 'tap';
import { jsonFault } from '../../../service/src/http/json-value.ts';

const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

t.test('levels are objects and arrays within each other; plain values are none', async (t) => {
  for (const value of [null, false, 0, 'text']) t.equal(jsonFault(value, 0), undefined);
  for (const value of [[], {}, [1], { k: 'v' }]) {
    t.equal(jsonFault(value, 0), 'must be at most 0 levels deep');
    t.equal(jsonFault(value, 1), undefined);
  }
  t.equal(jsonFault([1, { k: [2] }], 3), undefined);
  t.equal(jsonFault([1, { k: [2] }], 2), 'must be at most 2 levels deep');
  t.equal(jsonFault({ k: null }, 1), undefined);
});

t.test('what is deeper than any stack, or wider, is judged all the same', async (t) => {
  t.equal(jsonFault(nested(1_000_000), 999_999), 'must be at most 999999 levels deep');
  t.equal(jsonFault(nested(1_000_000), 1_000_000), undefined);
  t.equal(jsonFault([Array.from({ length: 1_000_000 }, () => 0)], 2), undefined);
});

t.test('a number that was too large to be read is found wherever it stands', async (t) => {
  for (const text of ['1e999', '-1e999', '[1,[-1e999]]', '{"a":{"b":1e999}}']) t.equal(jsonFault(JSON.parse(text), 9), 'must not contain a number beyond 64-bit floating point', text);
  for (const text of ['1.7976931348623157e308', '-0', '5e-324', '"Infinity"']) t.equal(jsonFault(JSON.parse(text), 9), undefined, text);
});
