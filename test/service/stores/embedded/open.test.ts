import t from 'tap';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openEmbeddedStore, type EmbeddedStoreSettings } from '../../../../service/src/stores/embedded/open.ts';
import { startWriter } from '../../../../service/src/stores/embedded/writer.ts';
import { StoreFailedError } from '../../../../service/src/stores/store-failed-error.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { GatedWriter } from './gated-writer.ts';
import { freshFile } from './fresh-file.ts';
import { nameOf } from './store-scene.ts';

const SECOND_OPENER = fileURLToPath(new URL('second-opener.ts', import.meta.url));

const settings = (file: string): EmbeddedStoreSettings => ({ file, clock: new FakeClock(), onFatal: () => {} });

/** What a file is refused with: one sentence, whatever it is. */
const refusal = async (file: string): Promise<string> => {
  const error: unknown = await openEmbeddedStore(settings(file)).then(
    (store) => store.close().then(() => new Error('it was opened')),
    (refused: unknown) => refused,
  );
  if (!(error instanceof StoreFailedError)) throw error;
  return error.message;
};

/** Another process opens the file; resolves with the line that it says. */
const openElsewhere = async (t: { teardown(end: () => void): void }, file: string): Promise<string> => {
  const child = spawn(process.execPath, [SECOND_OPENER, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => void child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return line.toString().trim();
};

t.test('a store is made, closed and opened again, and keeps its id', async (t) => {
  const file = freshFile(t);
  const first = await openEmbeddedStore(settings(file));
  await first.close();
  const second = await openEmbeddedStore(settings(file));
  t.match(first.storeId, /^[0-9a-f-]{36}$/);
  t.equal(second.storeId, first.storeId);
  await second.close();
  const other = await openEmbeddedStore({ ...settings(freshFile(t)), newStoreId: 'chosen' });
  t.equal(other.storeId, 'chosen', 'another file is another store');
  await other.close();
});

t.test('a store in memory keeps nothing and writes no file', async (t) => {
  const store = await openEmbeddedStore(settings(':memory:'));
  t.match(await store.apply(nameOf('s'), { kind: 'inspect' }), { held: false });
  await store.close();
});

t.test('a file that another process has open is refused, on either side', async (t) => {
  const theirs = freshFile(t);
  t.equal(await openElsewhere(t, theirs), 'opened');
  t.match(await refusal(theirs), /^Cannot use .*holdfast\.db: another process has it open; one service owns a file at a time \(database is locked\)\.$/);
  const ours = freshFile(t);
  const store = await openEmbeddedStore(settings(ours));
  t.match(await openElsewhere(t, ours), /another process has it open/);
  await store.close();
  t.equal(await openElsewhere(t, ours), 'opened');
});

t.test('a file is free again as soon as the process that had it is dead', async (t) => {
  const file = freshFile(t);
  const child = spawn(process.execPath, [SECOND_OPENER, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  await (await openEmbeddedStore(settings(file))).close();
});

t.test('each thing that cannot be used is named in one sentence', async (t) => {
  const garbage = freshFile(t);
  writeFileSync(garbage, 'not a database at all, '.repeat(400));
  t.match(await refusal(garbage), /^Cannot use \S+: it is not a Holdfast database \(file is not a database\)\.$/);
  const missing = `${dirname(garbage)}/missing/holdfast.db`;
  t.match(await refusal(missing), /: the file cannot be opened; its folder must exist and be writable \(unable to open database file\)\.$/);
  t.match(await refusal(missing), new RegExp(`^Cannot use ${missing}: `), 'by its whole path');
  t.match(await refusal('/proc/self/holdfast.db'), /its folder must exist and be writable/, 'not even root can write there');
});

t.test('a damaged row is refused, and left for whoever can mend it', async (t) => {
  const file = freshFile(t);
  const store = await openEmbeddedStore({ ...settings(file), newStoreId: 'store-id-of-this-test' });
  await store.close();
  const bytes = readFileSync(file);
  bytes.write('X', bytes.indexOf('store-id-of-this-test'));
  writeFileSync(file, bytes);
  t.match(await refusal(file), /^Cannot use \S+: it is damaged: a row is not as it was written\.$/);
  t.strictSame(readFileSync(file), bytes);
});

t.test('a store that can no longer write says so once, by its file, with the reason', async (t) => {
  const file = freshFile(t);
  const fatal: Error[] = [];
  const writers: GatedWriter[] = [];
  const store = await openEmbeddedStore({
    ...settings(file),
    onFatal: (error) => fatal.push(error),
    startWriter: () => {
      writers.push(new GatedWriter());
      return writers[0]!;
    },
  });
  writers[0]!.die(new Error('the writer thread has ended'));
  await Promise.resolve();
  t.match(fatal, [{ name: 'StoreFailedError', message: `Cannot write to ${file}: the writer thread has ended.` }]);
  t.match(store.checks(), [{ name: 'commits', ok: false }, { name: 'sweep', ok: true }]);
});

t.test('a refused store leaves no thread behind', async (t) => {
  let closed = false;
  const refused = openEmbeddedStore({
    ...settings('/proc/self/holdfast.db'),
    startWriter: (writerSettings) => {
      const writer = startWriter(writerSettings);
      return { ...writer, close: () => writer.close().finally(() => (closed = true)) };
    },
  });
  await t.rejects(refused, StoreFailedError);
  t.equal(closed, true);
});
