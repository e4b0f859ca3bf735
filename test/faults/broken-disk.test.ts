/**
 * Disks that fail, hang or are full while the service works (S10, S11, L4): nothing is acknowledged that the disk may not
 * have, everybody is answered in time, the process ends with one line that says why, and a restart knows all it had said.
 */
import t, { type Test } from 'tap';
import { Ledger } from '../support/ledger/ledger.ts';
import { seededChance } from '../support/load/seeded-chance.ts';
import { LoopDisk } from '../support/loop-disk.ts';
import { monotonicMs } from '../support/monotonic.ts';
import { shimmedDisk } from '../support/shimmed-disk.ts';
import { spawnService, type Ended, type SpawnedService, type SpawnServiceOptions } from '../support/spawn-service.ts';
import { until, within } from '../support/until.ts';

const CLIENTS = 12;
const ACKNOWLEDGED_BEFORE = 200;
/** A commit over 2 s counts as failed; what a busy machine adds comes on top. */
const DEADLINE_MS = 2_000;
const MACHINE_MS = 2_000;
t.setTimeout(170_000);

interface Broken {
  readonly service: SpawnedService;
  readonly ledger: Ledger;
  readonly ended: Ended;
  /** From the fault to the end of the process. */
  readonly tookMs: number;
  /** When the disk was broken, on the machine's monotonic clock. */
  readonly brokenMs: number;
}

/** Breaks the disk under load, and waits until the process has ended by itself. */
const breakUnderLoad = async (test: Test, breakDisk: () => void, options: SpawnServiceOptions): Promise<Broken> => {
  const service = await spawnService(test, { ...options, env: { HOLDFAST_LOG_LEVEL: 'silent', ...options.env } });
  const ledger = new Ledger(CLIENTS, seededChance(7));
  const load = ledger.work(service.baseUrl);
  await until('enough was acknowledged', () => ledger.acknowledged >= ACKNOWLEDGED_BEFORE || ledger.wrong.length > 0);
  breakDisk();
  const brokenMs = monotonicMs();
  const ended = await within('the service ends', service.ended(), 60_000);
  const tookMs = monotonicMs() - brokenMs;
  await within('every client has its answer', load.done);
  return { service, ledger, ended, tookMs, brokenMs };
};

/** The only thing that the process said on its way out. */
const lastWords = ({ service }: Broken): string[] => service.stderr.split('\n').filter((line) => line !== '');

const knowsAll = async (test: Test, { service, ledger }: Broken): Promise<void> => {
  await service.start();
  await ledger.verify(service.baseUrl);
  test.same(ledger.wrong, [], 'after a restart it knows all that it had acknowledged');
};

void t.test('a disk that fails to synchronise', async (test) => {
  const shim = shimmedDisk(test);
  const broken = await breakUnderLoad(test, () => shim.behave('failing'), { env: shim.env });
  const { ledger, ended, brokenMs } = broken;
  test.same(ended, { code: 1, signal: null });
  test.match(lastWords(broken), [/^Cannot write to \/\S+\/holdfast\.db: the disk failed \(disk I\/O error\)\.$/]);
  test.equal(lastWords(broken).length, 1, 'one line');
  test.ok(ledger.newestSentMs < brokenMs, 'nothing that was asked later was acknowledged');
  test.ok(ledger.unanswered > 0);
  shim.behave('honest');
  await knowsAll(test, broken);
  test.comment(`${ledger.acknowledged} acknowledged, ${ledger.unanswered} answered as unknown or cut, ended after ${broken.tookMs.toFixed(0)} ms`);
});

void t.test('a disk that hangs', async (test) => {
  const shim = shimmedDisk(test);
  const broken = await breakUnderLoad(test, () => shim.behave('hanging'), { env: shim.env });
  const { ledger, ended, brokenMs, tookMs } = broken;
  // No orderly exit is possible while a thread sits in the disk.
  test.same(ended, { code: null, signal: 'SIGKILL' });
  test.match(lastWords(broken), [/^Cannot write to \/\S+\/holdfast\.db: a commit took longer than 2000 ms\.$/]);
  test.equal(lastWords(broken).length, 1, 'one line');
  test.ok(ledger.newestSentMs < brokenMs, 'nothing that was asked later was acknowledged');
  test.ok(ledger.slowestMs < DEADLINE_MS + MACHINE_MS, `everybody was answered in time: ${ledger.slowestMs.toFixed(0)} ms`);
  test.ok(tookMs < DEADLINE_MS + 2 * MACHINE_MS, `and the process ended: ${tookMs.toFixed(0)} ms`);
  shim.behave('honest');
  await knowsAll(test, broken);
  test.comment(`${ledger.acknowledged} acknowledged, slowest answer ${ledger.slowestMs.toFixed(0)} ms, ended after ${tookMs.toFixed(0)} ms`);
});

void t.test('a stop while the disk hangs has an end', async (test) => {
  const shim = shimmedDisk(test);
  const service = await spawnService(test, { env: { HOLDFAST_LOG_LEVEL: 'silent', ...shim.env } });
  const ledger = new Ledger(1, seededChance(7));
  const load = ledger.work(service.baseUrl);
  await until('something is in the log of the database', () => ledger.acknowledged >= 10);
  await load.stop();
  shim.behave('hanging');
  const ended = await within('the service ends', service.end('SIGTERM'), 30_000);
  test.same(ended, { code: null, signal: 'SIGKILL' });
  test.match(service.stderr, /^Did not stop cleanly: .*the database did not close within 5000 ms\n$/);
  shim.behave('honest');
  await service.start();
  await ledger.verify(service.baseUrl);
  test.same(ledger.wrong, []);
});

void t.test('a disk that is full', async (test) => {
  const disk = await LoopDisk.create(test, 16);
  const broken = await breakUnderLoad(test, () => disk.fill(), { databaseFolder: disk.folder });
  const { ledger, ended } = broken;
  test.same(ended, { code: 1, signal: null });
  test.match(lastWords(broken), [/^Cannot write to \/\S+\/holdfast\.db: the disk is full \(database or disk is full\)\.$/]);
  test.equal(lastWords(broken).length, 1, 'one line');
  disk.unfill();
  await knowsAll(test, broken);
  test.comment(`${ledger.acknowledged} acknowledged, ${ledger.unanswered} answered as unknown or cut`);
});
