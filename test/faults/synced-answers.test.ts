/** S11, seen from below: under strace, no change is acknowledged before the fsync or fdatasync of its commit has returned. */
import t, { type Test } from 'tap';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ledger } from '../support/ledger/ledger.ts';
import { seededChance } from '../support/load/seeded-chance.ts';
import { shimmedDisk } from '../support/shimmed-disk.ts';
import { spawnService } from '../support/spawn-service.ts';
import { judgeAnswers, type Verdict } from '../support/syscalls/answers-after-sync.ts';
import { until } from '../support/until.ts';

const ANSWERS = process.env['HOLDFAST_LONG'] ? 2_000 : 300;
const TRACED = 'read,readv,recvfrom,recvmsg,write,writev,sendto,sendmsg,pwrite64,pwritev,fsync,fdatasync';
t.setTimeout(240_000);

interface Traced {
  readonly verdict: Verdict;
  readonly ledger: Ledger;
}

/** Runs the service under strace, lets so many clients work, ends it, and judges what strace saw. */
const trace = async (test: Test, clients: number, env: Readonly<Record<string, string>> = {}): Promise<Traced> => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-strace-'));
  test.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const log = join(folder, 'log');
  const through = ['strace', '-D', '-f', '--seccomp-bpf', '-yy', '-s', '64', '-e', `trace=${TRACED}`, '-o', log];
  const service = await spawnService(test, { through, env: { HOLDFAST_LOG_LEVEL: 'silent', ...env } });
  const ledger = new Ledger(clients, seededChance(clients));
  const load = ledger.work(service.baseUrl);
  await until('enough was acknowledged', () => ledger.acknowledged >= ANSWERS || ledger.wrong.length > 0, { withinMs: 120_000 });
  await load.stop();
  const { pid } = service;
  await service.end('SIGTERM');
  await until('strace has written all', () => new RegExp(`^${pid} +\\+\\+\\+ exited`, 'm').test(readFileSync(log, 'utf8')));
  return { verdict: judgeAnswers(readFileSync(log, 'utf8')), ledger };
};

for (const clients of [1, 16]) {
  void t.test(`${clients} at a time: every acknowledgement is written after its sync returned`, async (test) => {
    const { verdict, ledger } = await trace(test, clients);
    test.same(ledger.wrong, []);
    test.same(verdict.violations.slice(0, 5), []);
    test.equal(verdict.answers, ledger.acknowledged, 'no acknowledgement escaped the judge');
    const { park = 0, sending = 0, delivered = 0, failed = 0, dead = 0, unknown = 0 } = ledger.acknowledgedSteps;
    test.ok(park > 0 && sending > 0 && delivered + failed + dead + unknown > 0, `among them ${park} parkings, ${sending} attempts begun and some settled`);
    test.comment(`${verdict.answers} acknowledgements judged, syncs of the log: ${JSON.stringify(verdict.syncs)}`);
  });
}

void t.test('a service that does not reach the disk is caught', async (test) => {
  const shim = shimmedDisk(test);
  shim.behave('lying');
  const { verdict, ledger } = await trace(test, 4, shim.env);
  test.equal(verdict.answers, ledger.acknowledged);
  // One for each answer, and one for having seen no sync at all.
  test.equal(verdict.violations.length, ledger.acknowledged + 1);
});
