/** What a fence acknowledges has reached the disk: the data first, then the commit that makes it count. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';

const operations: string[] = [];
for (const name of ['writeSync', 'fsyncSync', 'renameSync'] as const) {
  const original = fs[name] as (...args: unknown[]) => unknown;
  Object.assign(fs, { [name]: (...args: unknown[]) => (operations.push(name), original(...args)) });
}
const exec = DatabaseSync.prototype.exec;
DatabaseSync.prototype.exec = function (sql) {
  operations.push(sql);
  exec.call(this, sql);
};
syncBuiltinESMExports();
const { openFileFence } = await import('../../../client/src/fences/file.ts');

/** Opens a fence, forgets what that took, and answers what `call` does to the disk. */
const operationsOf = async (path: string, fsync: boolean, call: 'append' | 'replace'): Promise<string[]> => {
  const fence = await openFileFence(path, { fsync });
  operations.length = 0;
  await fence[call](1, 'line\n');
  const done = [...operations];
  await fence.close();
  return done;
};

t.test('an append is on the disk before it is committed', async (t) => {
  const path = join(t.testdir({ 'chat.jsonl': '' }), 'chat.jsonl');
  t.strictSame(await operationsOf(path, true, 'append'), ['BEGIN IMMEDIATE', 'writeSync', 'fsyncSync', 'COMMIT']);
});

t.test('the name of a new file is on the disk before the commit, too', async (t) => {
  const path = join(t.testdir({}), 'chat.jsonl');
  t.strictSame(await operationsOf(path, true, 'append'), ['BEGIN IMMEDIATE', 'writeSync', 'fsyncSync', 'fsyncSync', 'COMMIT']);
});

t.test('a replacement is on the disk before it is committed, and its move before that is forgotten', async (t) => {
  const path = join(t.testdir({ 'chat.jsonl': '' }), 'chat.jsonl');
  const done = await operationsOf(path, true, 'replace');
  const committed = ['BEGIN IMMEDIATE', 'writeSync', 'fsyncSync', 'COMMIT'];
  const moved = ['BEGIN IMMEDIATE', 'renameSync', 'fsyncSync', 'COMMIT'];
  t.strictSame(done, [...committed, ...moved, 'BEGIN IMMEDIATE', 'COMMIT']);
});

t.test('commits wait for the disk by default, and nothing does with fsync: false', async (t) => {
  const path = join(t.testdir({ 'chat.jsonl': '' }), 'chat.jsonl');
  operations.length = 0;
  await (await openFileFence(path)).close();
  t.ok(operations.includes('PRAGMA synchronous = FULL'));
  operations.length = 0;
  await (await openFileFence(path, { fsync: false })).close();
  t.ok(operations.includes('PRAGMA synchronous = OFF'));
  t.notOk(operations.includes('fsyncSync'));
  t.notOk((await operationsOf(path, false, 'append')).includes('fsyncSync'));
  t.notOk((await operationsOf(path, false, 'replace')).includes('fsyncSync'));
});
