import t from 'tap';
import { asideNameOf, digestOf, fileNameOf, inOrder, isUnfinished, parseFileName, unfinishedNameOf } from '../../../client/src/spool/file-name.ts';

const DIGEST = '0123456789abcdef0123456789abcdef';

t.test('names sort as the order does, and tell it', async (t) => {
  const names = [1, 2, 10, 99_999, 1e15].map((order) => fileNameOf(order, DIGEST));
  t.same([...names].sort(), names);
  t.same(parseFileName(names[2]!), { name: names[2], order: 10, digest: DIGEST });
  const [first, second] = [parseFileName(names[0]!)!, parseFileName(names[1]!)!];
  t.same([second, first].sort(inOrder), [first, second]);
});

t.test('a reply is named by session and id together', async (t) => {
  const ofOne = digestOf({ session: 'a', replyId: 'b' });
  t.match(ofOne, /^[0-9a-f]{32}$/);
  t.equal(digestOf({ session: 'a', replyId: 'b' }), ofOne);
  for (const [session, replyId] of [['ab', ''], ['', 'ab'], ['a","b', ''], ['a', 'c'], ['c', 'b']] as const) t.not(digestOf({ session, replyId }), ofOne);
});

t.test('moved aside it has the moment in its name, and is the same file when it is moved back', async (t) => {
  const aside = asideNameOf(fileNameOf(7, DIGEST), 1_700_000_000_000_000);
  t.equal(aside, `0000000000000007-${DIGEST}.1700000000000000.reply`);
  t.match(parseFileName(aside), { order: 7, digest: DIGEST });
  t.equal(asideNameOf(aside, 5), `0000000000000007-${DIGEST}.5.reply`);
});

t.test('what is unfinished is no reply, and nothing else is taken for either', async (t) => {
  const unfinished = unfinishedNameOf(fileNameOf(7, DIGEST), '71-1-1');
  t.equal(isUnfinished(unfinished), true);
  t.equal(parseFileName(unfinished), undefined);
  t.equal(isUnfinished(fileNameOf(7, DIGEST)), false);
  for (const name of ['refused', '.hidden', `7-${DIGEST}.reply`, `${fileNameOf(7, DIGEST)}.why.txt`, `${fileNameOf(7, DIGEST)}~`]) {
    t.equal(parseFileName(name), undefined, name);
    t.equal(isUnfinished(name), false, name);
  }
});
