import t from 'tap';
import { checksum } from '../../../../service/src/stores/embedded/checksum.ts';

t.test('the sum is that of the values, and of where one ends and the next begins', async (t) => {
  t.equal(checksum('a', 1, null), checksum('a', 1, null));
  t.not(checksum('a', 1), checksum('a', 2));
  t.not(checksum('ab', 'c'), checksum('a', 'bc'));
  t.not(checksum(1_700_000_000_000_001), checksum(1_700_000_000_000_000));
});

t.test('it is an integer that SQLite keeps as it is', async (t) => {
  t.ok(Number.isSafeInteger(checksum('日本')));
});
