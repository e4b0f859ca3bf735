/** What keeps the service from starting is said in one line, without a stack, and the process ends as a failure. */
import t, { type Test } from 'tap';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ledger } from '../support/ledger/ledger.ts';
import { seededChance } from '../support/load/seeded-chance.ts';
import { LoopDisk } from '../support/loop-disk.ts';
import { spawnService } from '../support/spawn-service.ts';
import { until } from '../support/until.ts';

const MAIN = fileURLToPath(new URL('../../service/src/main.ts', import.meta.url));
const PAGE_BYTES = 4_096;
/** A service that has started after all would go on for ever. */
const START_MS_MAX = 30_000;
t.setTimeout(170_000);

const folderOf = (test: Test): string => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-start-'));
  test.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** Starts a service that must not start, and looks at all that it says. */
const refuses = (test: Test, folder: string, why: RegExp): void => {
  const file = join(folder, 'holdfast.db');
  const env = { PATH: process.env['PATH'] ?? '', HOLDFAST_STORE: `file:${file}`, HOLDFAST_PORT: '0' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN], { env, encoding: 'utf8', timeout: START_MS_MAX, killSignal: 'SIGKILL' });
  test.equal(status, 1);
  test.equal(stdout, '');
  test.match(stderr, /^[^\n]+\n$/, 'one line');
  test.ok(stderr.startsWith(`Cannot use ${file}: `), stderr);
  test.match(stderr, why);
};

/** Leaves a database behind that a real service has filled and closed. */
const filledBy = async (test: Test, databaseFolder: string): Promise<void> => {
  const service = await spawnService(test, { databaseFolder, env: { HOLDFAST_LOG_LEVEL: 'silent' } });
  const ledger = new Ledger(8, seededChance(3));
  const load = ledger.work(service.baseUrl);
  await until('there is something in the database', () => ledger.acknowledged >= 300);
  await load.stop();
  await service.end('SIGTERM');
};

void t.test('a second service on the same file', async (test) => {
  const folder = folderOf(test);
  const first = await spawnService(test, { databaseFolder: folder, env: { HOLDFAST_LOG_LEVEL: 'silent' } });
  refuses(test, folder, /another process has it open; one service owns a file at a time/);
  const ledger = new Ledger(4, seededChance(1));
  const load = ledger.work(first.baseUrl);
  await until('the first works on', () => ledger.acknowledged >= 20);
  await load.stop();
  await first.restart('SIGKILL');
  await ledger.verify(first.baseUrl);
  test.same(ledger.wrong, [], 'and has lost nothing by it');
});

void t.test('a file that is no database', async (test) => {
  const folder = folderOf(test);
  writeFileSync(join(folder, 'holdfast.db'), 'garbage, '.repeat(3_000));
  refuses(test, folder, /it is not a Holdfast database/);
});

void t.test('a page that was overwritten, whichever it is', async (test) => {
  const folder = folderOf(test);
  await filledBy(test, folder);
  const file = join(folder, 'holdfast.db');
  const whole = readFileSync(file);
  const pages = whole.length / PAGE_BYTES;
  test.ok(pages >= 10, `${pages} pages`);
  for (const page of [1, Math.floor(pages / 2), pages - 1]) {
    const damaged = Buffer.from(whole);
    damaged.fill(0x5a, page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
    writeFileSync(file, damaged);
    refuses(test, folder, /it is damaged/);
    test.ok(readFileSync(file).equals(damaged), 'it is left for whoever can mend it');
  }
});

void t.test('one flipped bit in a fencing token', async (test) => {
  const folder = folderOf(test);
  await filledBy(test, folder);
  const file = join(folder, 'holdfast.db');
  const database = new DatabaseSync(file);
  const { state } = database.prepare("SELECT state FROM sessions WHERE live = 1 AND state LIKE '%\"fencingToken\":%'").get() as { state: string };
  database.close();
  const bytes = readFileSync(file);
  const digit = state.indexOf('"fencingToken":') + '"fencingToken":'.length + 8;
  // Pages keep copies of rows that have moved, so the bit is flipped wherever the row stands.
  for (let row = bytes.indexOf(state); row !== -1; row = bytes.indexOf(state, row + 1)) bytes[row + digit]! ^= 1;
  writeFileSync(file, bytes);
  refuses(test, folder, /it is damaged: a row is not as it was written/);
});

void t.test('a folder that is not there', async (test) => {
  refuses(test, join(folderOf(test), 'missing'), /its folder must exist and be writable/);
});

void t.test('a folder that cannot be written, with and without a database in it', async (test) => {
  const disk = await LoopDisk.create(test, 16);
  const [empty, filled] = [join(disk.folder, 'empty'), join(disk.folder, 'filled')];
  for (const folder of [empty, filled]) mkdirSync(folder);
  await filledBy(test, filled);
  await disk.remount('ro');
  refuses(test, empty, /its folder must exist and be writable/);
  refuses(test, filled, /the file cannot be written \(EROFS\)/);
});

void t.test('a disk that is full, with and without a database on it', async (test) => {
  const disk = await LoopDisk.create(test, 16);
  const [empty, filled] = [join(disk.folder, 'empty'), join(disk.folder, 'filled')];
  for (const folder of [empty, filled]) mkdirSync(folder);
  await filledBy(test, filled);
  disk.fill();
  refuses(test, empty, /the disk is full/);
  refuses(test, filled, /the disk is full/);
});
