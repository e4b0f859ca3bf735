/** One run of many instances: starts everything, lets it go wrong, brings it to its end, and hands out what there is to judge. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HistoryRecorder } from '../history/recorder.ts';
import type { HistoryRecord } from '../history/record.ts';
import { SdkGateways } from '../load/sdk-gateways.ts';
import { seededChance } from '../load/seeded-chance.ts';
import { monotonicMs } from '../monotonic.ts';
import { Channel } from '../reply-run/channel.ts';
import { readLogs, readTranscripts } from '../reply-run/left-behind.ts';
import type { ReplyRun } from '../reply-run/record.ts';
import { record, type Recording } from '../reply-run/recording.ts';
import { pause, within } from '../until.ts';
import { comeToAnEnd } from './clean-end.ts';
import { startDeployment, type Deployment } from './deployment.ts';
import { FailOver } from './fail-over.ts';
import { Faults } from './faults.ts';
import { Gateway } from './gateway.ts';
import { QueueWatcher } from './queue-watcher.ts';
import { ReplyWork } from './reply-work.ts';
import type { SdkGatewaySettings } from './sdk-gateway.ts';
import type { StoreOfRun } from './store-of-run.ts';
import { Tally } from './tally.ts';

export const SIZE = { instances: 3, sessions: 200, rawGateways: 48, sdkProcesses: 2, sdkGatewaysEach: 8 } as const;

const SDK_MAIN = fileURLToPath(new URL('sdk-gateway.ts', import.meta.url));
const RAW_TTL_MS = 3_000;
const SDK_TTL_MS = 1_500;
const FAULT_EVERY_MS_MAX = 1_500;
const CHANNEL = { refuses: 0.03, swallows: 0.04 };
const ENDS_WITHIN_MS = 90_000;

export interface RunTerms {
  readonly seed: number;
  readonly runMs: number;
  readonly store: StoreOfRun;
}

export interface Ran {
  readonly records: readonly HistoryRecord[];
  readonly replies: ReplyRun;
  readonly looksFile: string;
  readonly gateways: SdkGateways;
  readonly faults: Faults;
  readonly tally: Tally;
  readonly channel: Channel;
  /** Requests, answers and connections that were lost before the SDK's gateways. */
  readonly lost: Record<'requests' | 'answers' | 'between', number>;
  /** Requests of raw gateways that were sent again, because nobody knew what had become of them. */
  readonly repeated: number;
  readonly eventsOfWaiters: number;
}

interface Teardown {
  teardown(end: () => Promise<void>): void;
}

export const runInstances = async (t: Teardown, { seed, runMs, store }: RunTerms): Promise<Ran> => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-instances-'));
  t.teardown(async () => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'run'));
  const history = new HistoryRecorder(monotonicMs);
  const channel = new Channel(seededChance(seed + 1), { ...CHANNEL });
  const channelUrl = await channel.listen();
  t.teardown(() => channel.close());
  const losses = { request: 0.005, answer: 0.01, between: 0.005 };
  const deployment = await startDeployment(t, { store, instances: SIZE.instances, history, losses, chance: seededChance(seed + 2) });
  const sessions = Array.from({ length: SIZE.sessions }, (_, index) => `session-${index}`);
  const looksFile = join(folder, 'looks');
  const recording = record({ folder: join(folder, 'run'), channelUrl });
  const tally = new Tally();
  let over = false;
  const stopped = (): boolean => over;

  const gateways = startSdkGateways(deployment, { channelUrl, folder: join(folder, 'run'), looksFile, sessions, seed: seed + 1_000 });
  t.teardown(() => gateways.kill());
  const raw = Array.from({ length: SIZE.rawGateways }, (_, index) => newRawGateway(index, { deployment, history, recording, tally, sessions, seed, stopped }));
  const watching = new FailOver(baseUrlsOf(deployment), history, seededChance(seed + 3));
  const watcher = new QueueWatcher(baseUrlsOf(deployment), watching);
  t.teardown(() => watcher.stop());
  const ways = [...raw.map((one) => one.ways), watching];
  t.teardown(async () => ways.forEach((way) => way.close()));

  const cutRaw = (instance: number): void => ways.forEach((way) => way.cut(instance));
  const chance = seededChance(seed);
  const faults = new Faults({ deployment, gateways, cutRaw, history, chance, pausedMs: 1.5 * SDK_TTL_MS });
  const goWrong = async (): Promise<void> => {
    while (!over) {
      await pause(chance() * FAULT_EVERY_MS_MAX);
      if (!over) await faults.strike();
    }
  };
  const ran = Promise.all([goWrong(), ...raw.map(({ gateway }) => gateway.run())]);
  await Promise.race([pause(runMs), ran]).finally(() => (over = true));
  await within('all come to their end', ran, ENDS_WITHIN_MS);
  await within('the SDK gateways end', gateways.stop(), ENDS_WITHIN_MS);

  // From here on all is well: what is left undone now is nobody's fault but the service's.
  Object.assign(losses, { request: 0, answer: 0, between: 0 });
  channel.chances = { refuses: 0, swallows: 0 };
  const last = new ReplyWork({ ways: watching, recording, tally, chance: () => 1 });
  const kept = await comeToAnEnd({ baseUrls: deployment.proxies.map(({ baseUrl }) => baseUrl), folder: join(folder, 'run'), recording, ways: watching, replies: last, sessions });
  await watcher.stop();
  const runFolder = join(folder, 'run');
  return {
    records: history.records,
    replies: { accepted: channel.accepted, log: readLogs(runFolder), replies: kept, transcripts: readTranscripts(runFolder), killed: gateways.killed },
    looksFile,
    gateways,
    faults,
    tally,
    channel,
    lost: sumOf(deployment),
    repeated: ways.reduce((sum, { lost }) => sum + lost, 0),
    eventsOfWaiters: watcher.told,
  };
};

const baseUrlsOf = ({ services }: Deployment): string[] => services.map(({ baseUrl }) => baseUrl);

const sumOf = ({ proxies }: Deployment): Ran['lost'] => {
  const sum = { requests: 0, answers: 0, between: 0 };
  for (const { lost } of proxies) for (const kind of ['requests', 'answers', 'between'] as const) sum[kind] += lost[kind];
  return sum;
};

const startSdkGateways = ({ proxies }: Deployment, terms: Omit<SdkGatewaySettings, 'name' | 'gateways' | 'baseUrls' | 'ttlMs'>): SdkGateways => {
  const { looksFile, sessions, seed } = terms;
  const baseUrls = proxies.map(({ baseUrl }) => baseUrl);
  const command = (name: string, own: number): string[] => {
    const settings: SdkGatewaySettings = { ...terms, name, baseUrls, gateways: SIZE.sdkGatewaysEach, ttlMs: SDK_TTL_MS, seed: own };
    return [SDK_MAIN, JSON.stringify(settings)];
  };
  const gateways = new SdkGateways({ baseUrl: baseUrls[0]!, sessions, ttlMs: SDK_TTL_MS, looksFile, seed, command });
  for (let count = 0; count < SIZE.sdkProcesses; count += 1) gateways.start();
  return gateways;
};

interface RawTerms {
  readonly deployment: Deployment;
  readonly history: HistoryRecorder;
  readonly recording: Recording;
  readonly tally: Tally;
  readonly sessions: readonly string[];
  readonly seed: number;
  readonly stopped: () => boolean;
}

const newRawGateway = (index: number, { deployment, history, recording, tally, sessions, seed, stopped }: RawTerms): { gateway: Gateway; ways: FailOver } => {
  const chance = seededChance(seed + 10_000 + index);
  const ways = new FailOver(baseUrlsOf(deployment), history, chance);
  const replies = new ReplyWork({ ways, recording, tally, chance });
  return { gateway: new Gateway({ name: `raw-${index}`, sessions, ttlMs: RAW_TTL_MS, ways, replies, chance, tally, stopped }), ways };
};
