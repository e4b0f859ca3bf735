/**
 * Wall clocks that jump a day, either way: of a holder (S4: `assertHeld()` throws before the store gives the session away)
 * and of the service (S2: tokens keep rising; no lease ends early or late). A preloaded shim moves the clock of one process.
 */
import t, { type Test } from 'tap';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnHolder, type SpawnedHolder } from '../support/holder/spawn-holder.ts';
import { LeaseApi, newLeaseId } from '../support/lease-api.ts';
import { monotonicMs } from '../support/monotonic.ts';
import { waitAsRival, waitersOf } from '../support/rival.ts';
import { spawnService } from '../support/spawn-service.ts';
import { until, within } from '../support/until.ts';
import { buildWallClockShim, type WallClockShim } from '../support/wall-clock-shim.ts';

t.setTimeout(170_000);

const TTL_MS = 1_000;
const DAY_S = 86_400;
const JUMPS = [
  { name: 'a day ahead', seconds: DAY_S },
  { name: 'a day back', seconds: -DAY_S },
] as const;

const buildShim = (test: Test): WallClockShim => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-clock-'));
  test.teardown(() => rmSync(folder, { recursive: true }));
  return buildWallClockShim(folder);
};

/** Moves the holder's wall clock, and makes sure that the holder sees it. */
const jump = async (holder: SpawnedHolder, shim: WallClockShim, seconds: number): Promise<void> => {
  shim.shift(seconds);
  await until('the holder sees the jump', async () => {
    const { wallMs } = await holder.ask({ do: 'report' });
    return Math.abs(wallMs - Date.now() - seconds * 1_000) < 60_000;
  });
};

for (const { name, seconds } of JUMPS) {
  void t.test(`a healthy holder whose wall clock jumps ${name} doubts until its next renewal, and keeps its lease`, async (test) => {
    const service = await spawnService(test);
    const shim = buildShim(test);
    const holder = spawnHolder(test, { baseUrl: service.baseUrl, holder: 'gateway-1', env: shim.env });
    // Long enough for a look between the jump and the next renewal.
    const { fencingToken } = await holder.ask({ do: 'acquire', session: 'healthy', ttlMs: 6_000, waitMs: 0 });
    await jump(holder, shim, seconds);
    const doubted = await until('assertHeld() throws', async () => {
      const report = await holder.ask({ do: 'report' });
      return report.refusedCodes.length > 0 && report;
    });
    test.same(doubted.refusedCodes, ['lease-uncertain'], 'it says that it does not know');
    const jumpedMs = doubted.lastHeldMs;
    await until('the lease is held again', async () => {
      const report = await holder.ask({ do: 'report' });
      return report.refusedMs === undefined && report.lastHeldMs > jumpedMs;
    });
    const verified = await holder.ask({ do: 'verify' });
    test.equal(verified.verdict, 'held');
    const api = new LeaseApi(service.baseUrl);
    test.equal((await api.inspect('healthy')).body.fencingToken, fencingToken, 'the same lease all along');
    api.close();
  });

  void t.test(`a holder whose wall clock jumps ${name} while it cannot renew`, async (test) => {
    const service = await spawnService(test);
    const api = new LeaseApi(service.baseUrl);
    test.teardown(() => api.close());
    const slacks: number[] = [];
    for (const fault of ['blocked', 'silent'] as const) {
      const shim = buildShim(test);
      const holder = spawnHolder(test, { baseUrl: service.baseUrl, holder: 'gateway-1', env: shim.env });
      await holder.ask({ do: 'acquire', session: fault, ttlMs: TTL_MS, waitMs: 0 });
      const rival = waitAsRival(service.baseUrl, fault);
      await until('the rival waits', async () => (await waitersOf(api, fault)) === 1);
      const brokenMs = monotonicMs();
      if (fault === 'silent') service.signal('SIGSTOP');
      const blocked = fault === 'blocked' ? holder.ask({ do: 'block', forMs: 2 * TTL_MS }) : undefined;
      shim.shift(seconds);
      await blocked;
      await until('lease.signal is aborted', async () => (await holder.ask({ do: 'report' })).abortedMs !== undefined);
      // A renewal that reaches the service in its last moment would keep the lease for another TTL, as it should.
      await until('the lease has run out', () => monotonicMs() - brokenMs > TTL_MS);
      if (fault === 'silent') service.signal('SIGCONT');
      const given = await within('the rival holds', rival);
      const report = await holder.ask({ do: 'report' });
      const slackMs = given.notBeforeMs - report.lastHeldMs;
      slacks.push(slackMs);
      test.ok(slackMs > 0, `${fault}: the last look that saw it held was ${slackMs.toFixed(1)} ms before the store gave it away`);
      test.ok(Math.abs(report.wallMs - Date.now() - seconds * 1_000) < 60_000, 'the holder lived on the other day');
      if (blocked) test.equal(report.gaps.at(-1)?.abortedInNextTimers, true, 'lease.signal was aborted in the next timers phase');
    }
    test.comment(`smallest slack with the wall clock ${name}: ${Math.min(...slacks).toFixed(1)} ms of a TTL of ${TTL_MS} ms`);
  });

  void t.test(`a service whose wall clock jumps ${name} mints larger tokens, and ends no lease for it`, async (test) => {
    const shim = buildShim(test);
    const service = await spawnService(test, { env: shim.env });
    const api = new LeaseApi(service.baseUrl);
    test.teardown(() => api.close());
    const leaseId = newLeaseId();
    const acquire = async (session: string, id = newLeaseId()): Promise<number> => {
      const { status, body } = await api.acquire(session, id, { holder: 'gateway-1', ttlMs: 60_000, waitMs: 0 });
      test.equal(status, 201);
      return body.fencingToken ?? 0;
    };
    const before = await acquire('kept', leaseId);
    shim.shift(seconds);
    const after = await acquire('after');
    test.ok(after > before, 'the token rose across the jump');
    test.equal(after > before + 1_000_000 * 3_600, seconds > 0, 'the service saw the jump: the token follows the wall clock only ahead');
    const { status, body } = await api.renew('kept', leaseId);
    test.equal(status, 200, 'the lease lives on');
    test.ok((body.remainingMs ?? 0) > 55_000 && (body.remainingMs ?? 0) <= 60_000, 'and has its TTL');
    shim.shift(0);
    test.ok((await acquire('back')) > after, 'the token rises when the clock comes back');
    await service.restart('SIGKILL');
    test.ok((await acquire('restarted')) > after + 1, 'and after a restart');
    test.equal((await api.renew('kept', leaseId)).status, 200, 'and the lease lives on');
  });
}
