import t from 'tap';
import { DatabaseSync } from 'node:sqlite';
import type { Worker } from 'node:worker_threads';
import { startWriter, WriterError, type Writer } from '../../../../service/src/stores/embedded/writer.ts';
import type { Changes } from '../../../../service/src/stores/embedded/database.ts';
import { freshFile } from './fresh-file.ts';
import { NO_CHANGES as NONE } from './no-changes.ts';

const start = (t: Parameters<typeof freshFile>[0] & { teardown(end: () => Promise<void>): void }, file = freshFile(t)): Writer => {
  const writer = startWriter({ file, newStoreId: 'store-1' });
  // A test that closes or breaks its writer has closed it already.
  t.teardown(() => writer.close().catch(() => {}));
  return writer;
};

t.test('the thread loads, commits, reads and lets go, in the order of asking', async (t) => {
  const file = freshFile(t);
  const writer = start(t, file);
  const session = { id: 1, namespace: 'default', key: 's', live: 1 as const, state: '{}' };
  const answers = await Promise.all([
    writer.facts(),
    writer.commit({ ...NONE, floor: 5, sessions: [session] }),
    writer.liveKeys({ namespace: 'default', prefix: '', after: '', limit: 10 }),
    writer.rowsAfter(0),
    writer.proveWritable(),
  ]);
  t.match(answers, [{ storeId: 'store-1', floor: 0 }, undefined, ['s'], { sessions: [session] }, undefined]);
  await writer.close();
  const again = start(t, file);
  t.strictSame(await again.facts(), { storeId: 'store-1', floor: 5 }, 'the file was let go of');
});

t.test('replies go to the thread and come back, and a payload that is damaged is a fault of that question alone', async (t) => {
  const file = freshFile(t);
  const writer = start(t, file);
  const session = { id: 1, namespace: 'default', key: 's', live: 0 as const, state: '{}' };
  const reply = { sessionId: 1, number: 1, state: 'parked', namespace: 'default', key: 's', listedAtWallMs: 7, record: '{}' };
  const answers = await Promise.all([
    writer.commit({ ...NONE, sessions: [session], replies: [reply], payloads: [{ sessionId: 1, number: 1, payload: '"ü"' }] }),
    writer.payload({ sessionId: 1, number: 1 }),
    writer.payload({ sessionId: 1, number: 2 }),
    writer.listedReplies({ namespace: 'default', states: ['parked'], after: undefined, limit: 10 }),
    writer.rowsAfter(0),
  ]);
  t.match(answers, [undefined, '"ü"', undefined, [{ sessionId: 1, number: 1, key: 's', listedAtWallMs: 7 }], { sessions: [session], replies: [reply] }]);
  await writer.close();
  const raw = new DatabaseSync(file);
  raw.exec("UPDATE payloads SET payload = '\"u\"'");
  raw.close();
  const again = start(t, file);
  t.match(await again.payload({ sessionId: 1, number: 1 }).catch((error: unknown) => error), { fault: { refused: true, message: /payload/ } });
  t.match(await again.facts(), { storeId: 'store-1' });
});

t.test("a fault of the database is the asker's, with the driver's code, and the thread goes on", async (t) => {
  const writer = start(t, '/proc/self/holdfast.db');
  const fault = await writer.facts().catch((error: unknown) => error);
  t.type(fault, WriterError);
  t.match(fault, { fault: { sqliteCode: 14, refused: false } });
  await t.rejects(writer.facts(), WriterError, 'it still answers');
});

t.test('what cannot be sent to the thread is refused, and disturbs nothing else', async (t) => {
  const writer = start(t);
  const unsendable = { ...NONE, sessions: [() => {}] } as unknown as Changes;
  const [refused, loaded] = await Promise.allSettled([writer.commit(unsendable), writer.facts()]);
  t.match(refused, { status: 'rejected', reason: { name: 'DataCloneError' } });
  t.match(loaded, { status: 'fulfilled', value: { storeId: 'store-1' } });
});

t.test('a thread that dies rejects what was asked and what is asked later, and is told', async (t) => {
  const started = new Promise<Worker>((resolve) => process.once('worker', resolve));
  const writer = start(t);
  const thread = await started;
  await writer.facts();
  // So many that the last cannot be answered before the thread is gone, however quick it is.
  const asked = Array.from({ length: 1_000 }, () => writer.commit(NONE));
  void Promise.allSettled(asked);
  void thread.terminate();
  await t.rejects(asked.at(-1)!, { message: 'the writer thread has ended' });
  await t.rejects(writer.facts(), { message: 'the writer thread has ended' });
  t.match(await writer.ended, { message: 'the writer thread has ended' });
  await t.rejects(writer.close(), { message: 'the writer thread has ended' }, 'and closing it does not hang');
});

t.test('asking a writer that was closed is refused', async (t) => {
  const writer = start(t);
  await writer.facts();
  await writer.close();
  await t.rejects(writer.commit(NONE), { message: 'the writer thread has ended' });
  const told = await Promise.race([writer.ended, Promise.resolve('nothing')]);
  t.equal(told, 'nothing', 'an end that was asked for is not told as a fault');
});
