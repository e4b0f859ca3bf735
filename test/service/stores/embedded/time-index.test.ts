import t from 'tap';
import fc from 'fast-check';
import { SessionTable, type Entry } from '../../../../service/src/stores/embedded/session-table.ts';
import { TimeIndex, type TimedEntry } from '../../../../service/src/stores/embedded/time-index.ts';
import { nameOf } from './store-scene.ts';

const BEFORE_ALL = { atMs: -Infinity, key: '', id: Infinity };
const namesOf = (items: readonly TimedEntry[]): string[] => items.map(({ atMs, entry }) => `${atMs} ${entry.key}`);

/** All of it, from place to place. */
const walk = (index: TimeIndex): TimedEntry[] => {
  const walked: TimedEntry[] = [];
  for (let next = index.after(BEFORE_ALL); next; next = index.after({ atMs: next.atMs, key: next.entry.key, id: next.entry.id })) walked.push(next);
  return walked;
};

const entriesOf = (...keys: string[]): Entry[] => {
  const table = new SessionTable();
  return keys.map((key) => table.add(nameOf(key)));
};

t.test('sessions stand by time, then by the bytes of their keys', async (t) => {
  const index = new TimeIndex();
  const [smile, a, b, priv] = entriesOf('\u{1F600}', 'a', 'b', '\uE000') as [Entry, Entry, Entry, Entry];
  for (const entry of [smile, priv, b]) index.add(5, entry);
  index.add(7, a);
  t.strictSame(namesOf(walk(index)), ['5 b', '5 \uE000', '5 \u{1F600}', '7 a']);
  t.equal(index.first?.entry, b);
});

t.test('a walk goes on behind a place, whether anybody is there or not', async (t) => {
  const index = new TimeIndex();
  const [a, b] = entriesOf('a', 'b') as [Entry, Entry];
  index.add(5, a);
  index.add(5, b);
  const keyAfter = (atMs: number, key: string): string | undefined => index.after({ atMs, key, id: Infinity })?.entry.key;
  t.strictSame([keyAfter(4, 'z'), keyAfter(5, ''), keyAfter(5, 'a'), keyAfter(5, 'aa'), keyAfter(5, 'b'), keyAfter(6, '')], ['a', 'a', 'b', 'b', undefined, undefined]);
});

t.test('one key in two namespaces is two sessions', async (t) => {
  const index = new TimeIndex();
  const [first, second] = entriesOf('same', 'same') as [Entry, Entry];
  index.add(5, second);
  index.add(5, first);
  index.remove(5, second);
  t.equal(index.first?.entry, first);
  index.remove(5, first);
  t.strictSame([index.first, index.after(BEFORE_ALL)], [undefined, undefined]);
});

t.test('taking out what is not there is a fault, not a silence', async (t) => {
  const index = new TimeIndex();
  const [a, b] = entriesOf('a', 'b') as [Entry, Entry];
  index.add(5, a);
  t.throws(() => index.remove(6, a), RangeError);
  t.throws(() => index.remove(5, b), RangeError);
});

t.test('any coming and going leaves the order that sorting would give', async (t) => {
  const entries = entriesOf(...Array.from({ length: 3_000 }, (_, n) => `s${n}`));
  const move = fc.record({ at: fc.nat(entries.length - 1), atMs: fc.nat(50) });
  const asSorted = fc.property(fc.array(move, { minLength: 2_000, maxLength: 4_000 }), (moves) => {
    const index = new TimeIndex();
    const times = new Map<Entry, number>();
    for (const { at, atMs } of moves) {
      const entry = entries[at]!;
      const was = times.get(entry);
      if (was !== undefined) index.remove(was, entry);
      if (was === undefined || atMs % 3 > 0) {
        index.add(atMs, entry);
        times.set(entry, atMs);
      } else times.delete(entry);
    }
    const expected = [...times].map(([entry, atMs]) => ({ entry, atMs })).sort((a, b) => a.atMs - b.atMs || (a.entry.key < b.entry.key ? -1 : 1));
    const walked = walk(index);
    if (namesOf(walked).join() !== namesOf(expected).join()) throw new Error('the order is another');
  });
  t.doesNotThrow(() => fc.assert(asSorted, { numRuns: 20 }));
});
