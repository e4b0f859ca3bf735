/**
 * Everything at once: gateways over the SDK in processes that are killed and paused, gateways over the bare API, callers
 * that go away, a network that loses requests and answers, and a service (or its Redis) that is killed in the middle. An independent
 * checker judges the history of it, and the holders' own beliefs are compared on one clock. `HOLDFAST_LONG=1` runs two minutes
 * a store; otherwise Redis is left to the run of many instances.
 */
import t, { type Test } from 'tap';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Crashes, tellCrashes } from '../support/crashes.ts';
import { eachStoreInFull, IS_LONG } from '../support/each-store.ts';
import { checkHistory } from '../support/history/checker.ts';
import type { HistoryRecord } from '../support/history/record.ts';
import { HistoryRecorder } from '../support/history/recorder.ts';
import { describe } from '../support/history/violation.ts';
import { LeaseApi, newLeaseId } from '../support/lease-api.ts';
import { conflicts, readBeliefs } from '../support/load/beliefs.ts';
import { RawGateway, Tally } from '../support/load/raw-gateway.ts';
import { RecordedApi } from '../support/load/recorded-api.ts';
import { RecordingProxy } from '../support/load/recording-proxy.ts';
import { SdkGateways } from '../support/load/sdk-gateways.ts';
import { seededChance } from '../support/load/seeded-chance.ts';
import { monotonicMs } from '../support/monotonic.ts';
import { spawnService, type SpawnedService } from '../support/spawn-service.ts';
import { pause, until, within } from '../support/until.ts';

const RUN_MS = IS_LONG ? 120_000 : 7_000;
t.setTimeout(2 * RUN_MS + 240_000);

const SEED = Number(process.env['HOLDFAST_SEED'] ?? Date.now() % 1_000_000);
const SESSIONS = Array.from({ length: 60 }, (_, index) => `session-${index}`);
const SDK_GATEWAYS = 3;
const RAW_GATEWAYS = 6;
const IMPATIENT = 3;
const SDK_TTL_MS = 1_000;
const RAW_TTL_MS = 2_000;
const MISHAP_EVERY_MS = 900;
const KILL_SERVICE_EVERY_MS = RUN_MS / (IS_LONG ? 12 : 3);
/** How late a busy machine may make an expiry: L1 itself is asserted on the virtual clock. */
const MACHINE_MS = 2_500;
const LOSSES = { request: 0.01, answer: 0.02, between: 0.01 };

interface Run {
  readonly service: SpawnedService;
  readonly crashes: Crashes;
  /** Whether leases begin anew when the service does. */
  readonly startsAnew: boolean;
  readonly history: HistoryRecorder;
  readonly chance: () => number;
  readonly stopped: () => boolean;
}

const apiOf = (test: Test, { service, history }: Run): RecordedApi => {
  const connection = new LeaseApi(service.baseUrl);
  test.teardown(() => connection.close());
  return new RecordedApi(connection, history);
};

/**
 * A caller that goes away at any moment, while it waits or while it is being granted. What it got runs out by itself, which
 * keeps its session from the others; so it knows a few of the sessions only.
 */
const beImpatient = async (api: RecordedApi, { stopped, chance }: Run): Promise<void> => {
  while (!stopped()) {
    const session = SESSIONS[SESSIONS.length - 1 - Math.floor(chance() * 4)] ?? '';
    const gone = AbortSignal.timeout(Math.ceil(chance() * 20));
    await api.acquire(session, newLeaseId(), { holder: 'impatient', ttlMs: 1_000, waitMs: 2_000 }, gone).catch(() => {}); // that it fails is its point
    await pause(chance() * 1_000);
  }
};

const makeMishaps = async (gateways: SdkGateways, { crashes, startsAnew, history, chance, stopped }: Run): Promise<void> => {
  let mishaps = 0;
  let killAtMs = monotonicMs() + KILL_SERVICE_EVERY_MS;
  while (!stopped()) {
    await pause(MISHAP_EVERY_MS);
    mishaps += 1;
    if (mishaps % 2 === 0) gateways.replaceOne(chance);
    else gateways.pauseOne(chance, 1.5 * SDK_TTL_MS);
    if (monotonicMs() < killAtMs) continue;
    killAtMs = monotonicMs() + KILL_SERVICE_EVERY_MS;
    const outage = history.fault({ kind: 'outage', restarted: startsAnew });
    await crashes.strike();
    outage.answered({ kind: 'answering' });
  }
};

interface Counts {
  readonly grants: number;
  readonly handOffs: number;
  readonly renewals: number;
  readonly unanswered: number;
}

const countUp = (records: readonly HistoryRecord[]): Counts => {
  const granted = records.filter(({ outcome }) => outcome.kind === 'granted' && outcome.repeated !== true);
  return {
    grants: granted.length,
    handOffs: granted.filter(({ outcome }) => (outcome.waitedMs ?? 0) > 0).length,
    renewals: records.filter(({ outcome }) => outcome.kind === 'renewed').length,
    unanswered: records.filter(({ answeredMs }) => answeredMs === null).length,
  };
};

/** Whether there is something to judge. */
const suffice = ({ grants, handOffs, renewals }: Counts): boolean => grants > 150 && handOffs > 20 && renewals > 100;

/** Lets it run for its time; longer on a slow machine, until there is something to judge. */
const runLongEnough = async ({ records }: HistoryRecorder): Promise<void> => {
  await pause(RUN_MS);
  await until('there is something to judge', () => suffice(countUp(records)), { withinMs: 60_000, everyMs: 500 });
};

eachStoreInFull(t, 'gateways, kills, pauses, losses, impatience: no promise is broken', async (test, { store, redis }) => {
  const service = await spawnService(test, { store });
  const crashes = new Crashes(service, redis);
  const history = new HistoryRecorder(monotonicMs);
  const chance = seededChance(SEED);
  const proxy = await new RecordingProxy({ targetPort: service.port, history, losses: LOSSES, chance }).listen();
  test.teardown(() => proxy.close());
  const looksFile = join(service.folder, 'looks');
  const gateways = new SdkGateways({ baseUrl: proxy.baseUrl, sessions: SESSIONS, ttlMs: SDK_TTL_MS, looksFile, seed: SEED });
  test.teardown(() => gateways.kill());
  let over = false;
  const stopped = (): boolean => over;
  const run: Run = { service, crashes, startsAnew: !redis, history, chance, stopped };
  const tally = new Tally();
  for (let started = 0; started < SDK_GATEWAYS; started++) gateways.start();
  const raw = Array.from({ length: RAW_GATEWAYS }, (_, index) =>
    new RawGateway({ api: apiOf(test, run), name: `raw-${index}`, sessions: SESSIONS, ttlMs: RAW_TTL_MS, chance: seededChance(SEED + 100 + index), tally, stopped }).run(),
  );
  const impatient = Array.from({ length: IMPATIENT }, () => beImpatient(apiOf(test, run), run));
  const ran = Promise.all([makeMishaps(gateways, run), ...raw, ...impatient]);
  await Promise.race([runLongEnough(history), ran]).finally(() => (over = true));
  await within('all come to their end', ran, 60_000);
  await within('the gateways end', gateways.stop(), 60_000);

  test.same(gateways.deaths, [], 'no gateway died but those that were killed');
  test.same(tally.wrong, [], 'no gateway saw a broken promise');
  const { records } = history;
  const violations = checkHistory(records, { promptMs: MACHINE_MS });
  test.same(violations.slice(0, 5).map(describe), [], `${violations.length} violations in a history of ${records.length} records`);
  const beliefs = readBeliefs(readFileSync(looksFile, 'utf8'));
  test.same(conflicts(beliefs), [], `no two of ${beliefs.length} holders over the SDK believed to hold a session at once (S4)`);

  const counts = countUp(records);
  test.ok(suffice(counts) && beliefs.length > 50, `there was something to judge: ${JSON.stringify(counts)}`);
  test.ok(gateways.counts.kills > 0 && gateways.counts.pauses > 0 && crashes.counts.service > 0 && proxy.lost.answers > 0, 'and it went wrong in every way');
  test.comment(`seed ${SEED}: ${counts.grants} grants, ${counts.renewals} renewals, ${counts.handOffs} hand-offs, ${counts.unanswered} requests without an answer`);
  test.comment(`${gateways.counts.kills} gateways killed, ${gateways.counts.pauses} paused, ${tellCrashes(crashes)}; lost on the way: ${JSON.stringify(proxy.lost)}`);
});
