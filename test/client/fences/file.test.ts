/** A file fence lets larger and equal fencing tokens write, refuses smaller ones, and says what is wrong when it cannot work. */
import { appendFileSync, chmodSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { StaleFencingTokenError } from '../../../client/src/errors.ts';
import { type FileFence, openFileFence } from '../../../client/src/fences/file.ts';

interface Test {
  testdir(contents: Record<string, string>): string;
  teardown(end: () => unknown): void;
}
const MIB = 1024 * 1024;

const open = async (test: Test, path: string): Promise<FileFence> => {
  const fence = await openFileFence(path);
  test.teardown(() => fence.close());
  return fence;
};

const newFile = (test: Test, contents?: string): string => join(test.testdir(contents === undefined ? {} : { 'chat.jsonl': contents }), 'chat.jsonl');

const textIn = async (fence: FileFence): Promise<string> => Buffer.from((await fence.read()).bytes).toString('utf8');

t.test('a larger token writes, and so does an equal one: the same holder writing again', async (t) => {
  const path = newFile(t);
  const fence = await open(t, path);
  await fence.append(7, 'one\n');
  await fence.append(7, 'two\n');
  t.strictSame(await fence.append(8, Buffer.from('three\n')), { lengthBytes: 14, removedBytes: 0 });
  t.equal(readFileSync(path, 'utf8'), 'one\ntwo\nthree\n');
  t.equal((await fence.read()).fencingToken, 8);
});

t.test('a smaller token is refused by every call that writes, and changes nothing', async (t) => {
  const path = newFile(t);
  const fence = await open(t, path);
  await fence.append(8, 'kept\n');
  for (const call of [fence.append(7, 'late\n'), fence.replace(7, 'late\n'), fence.raise(7)]) {
    const error = await call.then(() => undefined, (reason: unknown) => reason);
    if (!(error instanceof StaleFencingTokenError)) throw new Error(`expected a refusal, and got ${String(error)}`);
    t.equal(error.outcome, 'not-applied');
    t.equal(error.fencingToken, 7);
    t.equal(error.currentToken, 8);
  }
  t.equal(readFileSync(path, 'utf8'), 'kept\n');
  await fence.append(8, 'next\n');
  t.equal(await textIn(fence), 'kept\nnext\n', 'a refusal leaves the fence usable');
});

t.test('a raise shuts smaller tokens out before anything is written', async (t) => {
  const path = newFile(t);
  const fence = await open(t, path);
  await fence.raise(5);
  await fence.raise(5);
  await t.rejects(fence.append(4, 'late\n'), { code: 'stale-fencing-token' });
  t.throws(() => statSync(path), { code: 'ENOENT' }, 'nothing was written');
});

t.test('a replacement takes the place of the whole file, with its mode, and later appends go behind it', async (t) => {
  const path = newFile(t, 'a long line that was there before\n');
  chmodSync(path, 0o640);
  const fence = await open(t, path);
  await fence.replace(3, 'short\n');
  t.equal(readFileSync(path, 'utf8'), 'short\n');
  t.equal(statSync(path).mode & 0o777, 0o640);
  await fence.append(3, 'next\n');
  await fence.replace(4, '');
  t.equal(await textIn(fence), '');
  await fence.append(4, 'anew\n');
  t.equal(readFileSync(path, 'utf8'), 'anew\n');
});

t.test('the token outlives the handle, and what stood in the file before the fence came is kept', async (t) => {
  const path = newFile(t, 'old\n');
  const first = await openFileFence(path);
  await first.append(9, 'new\n');
  await first.close();
  const second = await open(t, path);
  await t.rejects(second.append(8, 'late\n'), { code: 'stale-fencing-token' });
  t.equal(await textIn(second), 'old\nnew\n');
});

t.test('two handles and a symbolic link meet at the same fence', async (t) => {
  const path = newFile(t, '');
  symlinkSync(path, `${path}.link`);
  const [one, other] = [await open(t, path), await open(t, `${path}.link`)];
  await one.append(2, 'one\n');
  await t.rejects(other.append(1, 'late\n'), { code: 'stale-fencing-token' });
  await other.append(3, 'other\n');
  t.equal(readFileSync(path, 'utf8'), 'one\nother\n');
});

t.test('calls on one handle happen in the order in which they were made', async (t) => {
  const fence = await open(t, newFile(t));
  const numbers = Array.from({ length: 50 }, (_, index) => index);
  await Promise.all(numbers.map((number) => fence.append(1, `${number}\n`)));
  t.equal(await textIn(fence), numbers.map((number) => `${number}\n`).join(''));
});

t.test('a torn tail is invisible to readers, and the next append cuts it off and says so', async (t) => {
  const path = newFile(t);
  const fence = await open(t, path);
  await fence.append(1, 'whole\n');
  appendFileSync(path, '{"half');
  t.equal(await textIn(fence), 'whole\n');
  t.strictSame(await fence.append(1, 'next\n'), { lengthBytes: 11, removedBytes: 6 });
  t.equal(readFileSync(path, 'utf8'), 'whole\nnext\n');
});

t.test('a file that is shorter than what is committed, or gone, is not written', async (t) => {
  const path = newFile(t);
  const fence = await open(t, path);
  await fence.append(1, 'committed\n');
  truncateSync(path, 4);
  await t.rejects(fence.append(2, 'more\n'), { code: 'fence-broken', message: /has 4 bytes, but 10 are committed/ });
  await t.rejects(fence.read(), { code: 'fence-broken' });
  rmSync(path);
  await t.rejects(fence.append(2, 'more\n'), { code: 'fence-broken', message: /is missing, but 10 are committed/ });
  t.throws(() => statSync(path), { code: 'ENOENT' });
});

t.test("the fence's own file must be one", async (t) => {
  const text = newFile(t, '');
  writeFileSync(`${text}.fence`, 'these are 30 bytes of some text, and not a database at all');
  await t.rejects(openFileFence(text), { code: 'fence-broken', message: /chat\.jsonl\.fence cannot be opened/ });

  const foreign = join(t.testdir({ deeper: { 'a.txt': '' } }), 'deeper', 'a.txt');
  const database = new DatabaseSync(`${foreign}.fence`);
  database.exec('CREATE TABLE customers (name TEXT)');
  database.close();
  await t.rejects(openFileFence(foreign), { code: 'fence-broken', message: /is not a file fence/ });
});

t.test('what cannot be fenced is refused with a reason', async (t) => {
  const folder = t.testdir({});
  await t.rejects(openFileFence(folder), { code: 'request-invalid', message: /is not a regular file/ });
  await t.rejects(openFileFence(join(folder, 'missing', 'chat.jsonl')), { code: 'ENOENT' });
});

t.test('fencing tokens are integers from 1 to 2^53 - 1', async (t) => {
  const fence = await open(t, newFile(t));
  for (const token of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    await t.rejects(fence.append(token, ''), { code: 'request-invalid', message: /^fencingToken is .* from 1 to 2\^53 - 1\.$/ });
  }
  await fence.append(1, '');
  await fence.append(2 ** 53 - 1, 'largest\n');
  t.equal((await fence.read()).fencingToken, 2 ** 53 - 1);
});

t.test('an append may have 16 MiB, a replacement 64 MiB, and not a byte more', async (t) => {
  const fence = await openFileFence(newFile(t), { fsync: false });
  t.teardown(() => fence.close());
  t.equal((await fence.append(1, new Uint8Array(16 * MIB))).lengthBytes, 16 * MIB);
  await t.rejects(fence.append(1, new Uint8Array(16 * MIB + 1)), { code: 'request-invalid', message: /16777217 bytes, and may have 16777216 at most/ });
  await fence.replace(1, new Uint8Array(64 * MIB));
  await t.rejects(fence.replace(1, new Uint8Array(64 * MIB + 1)), { code: 'request-invalid', message: /67108864 at most/ });
  t.equal((await fence.read()).bytes.length, 64 * MIB);
});

t.test('a closed fence finishes what it was asked before, and takes nothing more', async (t) => {
  const path = newFile(t);
  const fence = await openFileFence(path);
  const under = [fence.append(1, 'one\n'), fence.replace(1, 'two\n')];
  await fence.close();
  await Promise.all(under);
  t.equal(readFileSync(path, 'utf8'), 'two\n');
  await t.rejects(fence.append(1, 'three\n'), { code: 'fence-closed' });
  await fence.close();
  t.throws(() => statSync(`${path}.fence-wal`), { code: 'ENOENT' }, 'only the fence itself stays beside the file');
});
