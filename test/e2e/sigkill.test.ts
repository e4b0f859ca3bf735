/**
 * The service is killed again and again under load: whatever it acknowledged is known afterwards, every new fencing
 * token is larger than all that anybody was told, and holders renew on as if nothing had happened (S1 to S3, S7 to S9, S11).
 * Over Redis it is by turns the service, Redis, or both. Ten times, and six over Redis; thirty with `HOLDFAST_LONG=1`.
 */
import t, { type Test } from 'tap';
import { Crashes, tellCrashes } from '../support/crashes.ts';
import { eachStoreInFull, IS_LONG, type Place } from '../support/each-store.ts';
import { checkHistory } from '../support/history/checker.ts';
import { HistoryRecorder } from '../support/history/recorder.ts';
import { describe } from '../support/history/violation.ts';
import { LeaseApi } from '../support/lease-api.ts';
import { RawGateway, Tally, type EndedLease } from '../support/load/raw-gateway.ts';
import { RecordedApi } from '../support/load/recorded-api.ts';
import { seededChance } from '../support/load/seeded-chance.ts';
import { monotonicMs } from '../support/monotonic.ts';
import { spawnService, type SpawnedService } from '../support/spawn-service.ts';
import { until, within } from '../support/until.ts';

const KILLS: Record<Place['name'], number> = { embedded: IS_LONG ? 30 : 3, redis: IS_LONG ? 30 : 2, quorum: 10 };
const GATEWAYS = 16;
const GRANTS_BETWEEN_KILLS = 40;
const TTL_MS = 5_000;
/** How late a busy machine may make an expiry: L1 itself is asserted on the virtual clock. */
const MACHINE_MS = 2_500;
const SESSIONS = Array.from({ length: 20 }, (_, index) => `session-${index}`);
t.setTimeout(IS_LONG ? 400_000 : 170_000);

const SEED = Number(process.env['HOLDFAST_SEED'] ?? Date.now() % 1_000_000);

interface Load {
  readonly tally: Tally;
  readonly history: HistoryRecorder;
  stop(): Promise<void>;
}

const startLoad = (test: Test, service: SpawnedService): Load => {
  const history = new HistoryRecorder(monotonicMs);
  const tally = new Tally();
  let stopped = false;
  const gateways = Array.from({ length: GATEWAYS }, (_, index) => {
    const connection = new LeaseApi(service.baseUrl);
    test.teardown(() => connection.close());
    const api = new RecordedApi(connection, history);
    const parts = { api, name: `gateway-${index}`, sessions: SESSIONS, ttlMs: TTL_MS, chance: seededChance(SEED + index), tally, stopped: () => stopped };
    return new RawGateway(parts).run();
  });
  const all = Promise.all(gateways);
  // It is awaited in the end; until then a failure must not end the process unheard.
  all.catch((error: unknown) => tally.wrong.push(String(error)));
  const stop = async (): Promise<void> => {
    stopped = true;
    await within('all gateways are done', all);
  };
  return { tally, history, stop };
};

/** Asks for leases that were acknowledged as over: each must be known, and stay over. Returns how many were not. */
const forgotten = async (api: LeaseApi, ended: readonly EndedLease[]): Promise<string[]> => {
  const wrong: string[] = [];
  for (const { session, leaseId, holder, fencingToken } of ended) {
    const acquired = await api.acquire(session, leaseId, { holder, ttlMs: TTL_MS, waitMs: 0 });
    const released = await api.release(session, leaseId);
    const { body } = await api.renew(session, leaseId);
    const { body: fence } = await api.fence(session, fencingToken);
    const told = `${acquired.body.code} ${released.status} ${body.code} ${body.endedBecause} ${body.fencingToken === fencingToken} ${fence.stale}`;
    if (told !== 'lease-ended 204 lease-lost released true true') wrong.push(`${session} ${fencingToken}: ${told}`);
  }
  return wrong;
};

eachStoreInFull(t, 'kills in a row under load lose nothing that was acknowledged', async (test, { name, store, redis }) => {
  const service = await spawnService(test, { store });
  const crashes = new Crashes(service, redis);
  const asking = new LeaseApi(service.baseUrl, { keepAlive: false });
  const { tally, history, stop } = startLoad(test, service);
  const bootsMs: number[] = [];
  for (let kill = 1; kill <= KILLS[name]; kill++) {
    const due = tally.grants + GRANTS_BETWEEN_KILLS;
    await until(`${GRANTS_BETWEEN_KILLS} grants before kill ${kill}`, () => tally.grants >= due || tally.wrong.length > 0);
    // In Redis leases run on meanwhile, and places in the queue are kept.
    const outage = history.fault({ kind: 'outage', restarted: !redis });
    let acknowledged: readonly EndedLease[] = [];
    const victim = await crashes.strike(() => void (acknowledged = tally.released.slice(-25)));
    outage.answered({ kind: 'answering' });
    if (victim === 'service') bootsMs.push(service.bootMs);
    test.same(await forgotten(asking, acknowledged), [], `kill ${kill}, of ${victim}: the last ${acknowledged.length} acknowledged ends are known`);
  }
  await stop();
  test.same(await forgotten(asking, sample(tally.released, 200)), [], 'so are those of all the run');
  test.same(tally.wrong, [], 'no gateway saw a broken promise');
  const violations = checkHistory(history.records, { promptMs: MACHINE_MS });
  test.same(violations.slice(0, 5).map(describe), [], `${violations.length} violations in the history`);
  test.ok(tally.lost >= KILLS[name], 'the kills hit requests under way');
  test.comment(`seed ${SEED}: ${tellCrashes(crashes)}; ${tally.grants} grants, ${tally.renewals} renewals, ${tally.lost} answers lost, ${history.records.length} records`);
  test.comment(`boot to ready: ${bootsMs.map((ms) => ms.toFixed(0)).join(', ')} ms`);
});

/** Evenly spread over the run. */
const sample = <T>(items: readonly T[], size: number): T[] => {
  const step = Math.max(1, items.length / size);
  return Array.from({ length: Math.min(size, items.length) }, (_, index) => items[Math.floor(index * step)]).filter((item) => item !== undefined);
};
