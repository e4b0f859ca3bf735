/**
 * S11 and S12 beyond SIGKILL: the service's disk loses power under load, again and again, and all that was acknowledged is known
 * afterwards. The cuts are real as far as a file system can tell: what was not synchronised never reaches the image.
 */
import t, { type Test } from 'tap';
import { Ledger } from '../support/ledger/ledger.ts';
import { seededChance } from '../support/load/seeded-chance.ts';
import { LoopDisk } from '../support/loop-disk.ts';
import { shimmedDisk } from '../support/shimmed-disk.ts';
import { spawnService, type SpawnedService, type SpawnServiceOptions } from '../support/spawn-service.ts';
import { until } from '../support/until.ts';

const CUTS = process.env['HOLDFAST_LONG'] ? 100 : 6;
const CLIENTS = 12;
const ACKNOWLEDGED_BETWEEN_CUTS = 150;
/** What was asked about replies, each at least once (S12). */
const REPLY_STEPS = ['park', 'sending', 'delivered', 'failed', 'unknown', 'dead', 'replay', 'discard'];
const SEED = Number(process.env['HOLDFAST_SEED'] ?? Date.now() % 1_000_000);
t.setTimeout(CUTS * 15_000 + 60_000);

interface Bench {
  readonly disk: LoopDisk;
  readonly service: SpawnedService;
  readonly ledger: Ledger;
}

const start = async (test: Test, options: SpawnServiceOptions = {}): Promise<Bench> => {
  const disk = await LoopDisk.create(test, 64);
  // The service is registered after the disk, and so ends before it.
  const service = await spawnService(test, { ...options, databaseFolder: disk.folder, env: { HOLDFAST_LOG_LEVEL: 'silent', ...options.env } });
  return { disk, service, ledger: new Ledger(CLIENTS, seededChance(SEED)) };
};

/** Works until enough was acknowledged, cuts the power in the middle of it, and starts on what the disk has kept. */
const cutUnderLoad = async ({ disk, service, ledger }: Bench): Promise<void> => {
  const due = ledger.acknowledged + ACKNOWLEDGED_BETWEEN_CUTS;
  const load = ledger.work(service.baseUrl);
  await until('enough was acknowledged', () => ledger.acknowledged >= due || ledger.wrong.length > 0);
  ledger.powerGoes();
  await disk.cutPower();
  await service.kill();
  await load.done;
  await disk.remount();
  await service.start();
};

void t.test(`${CUTS} power cuts under load lose nothing that was acknowledged`, async (test) => {
  const bench = await start(test);
  const { ledger, service } = bench;
  for (let cut = 1; cut <= CUTS; cut += 1) {
    await cutUnderLoad(bench);
    await ledger.verify(service.baseUrl);
    test.same(ledger.wrong.slice(0, 5), [], `cut ${cut}: ${ledger.acknowledged} acknowledged so far`);
    if (ledger.wrong.length > 0) break;
  }
  test.ok(ledger.unanswered > 0, 'the cuts hit requests under way');
  for (const step of REPLY_STEPS) test.ok(ledger.acknowledgedSteps[step], `acknowledged: ${step}`);
  test.comment(`seed ${SEED}: ${CUTS} cuts, ${ledger.acknowledged} requests acknowledged, ${ledger.unanswered} left open, ${ledger.wrong.length} records lost`);
  test.comment(JSON.stringify(ledger.acknowledgedSteps));
});

void t.test('the same cut does lose records of a service whose disk only says that it synchronised', async (test) => {
  const shim = shimmedDisk(test);
  const bench = await start(test, { env: shim.env });
  shim.behave('lying');
  await cutUnderLoad(bench);
  await bench.ledger.verify(bench.service.baseUrl);
  test.ok(bench.ledger.wrong.length > 0, 'so the ledger and the cut can tell');
  test.comment(`${bench.ledger.wrong.length} of ${bench.ledger.acknowledged} records lost, such as: ${bench.ledger.wrong[0] ?? 'none'}`);
});
