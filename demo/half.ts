/** One half of the demo: the workload, the world, two gateways and the faults, with or without Holdfast. */
import { mkdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Children } from './children.ts';
import { killGateway, pauseGateway, type Struck } from './faults.ts';
import { type RunningGateway, startGateway } from './gateways/start.ts';
import type { GatewaySettings, RetrySettings } from './gateways/settings.ts';
import type { WithSettings } from './gateways/with.ts';
import { type HalfRecords, pathsIn, readRecords } from './records.ts';
import { openInbox } from './world/inbox.ts';
import { startService, startWorld } from './world/start.ts';
import type { GatewayName, PlannedMessage } from './workload/plan.ts';

export interface HalfSettings {
  readonly withHoldfast: boolean;
  readonly workload: readonly PlannedMessage[];
  readonly scale: number;
  readonly folder: string;
  readonly children: Children;
  /** Hears how far the half is. */
  readonly show: (text: string) => void;
}

/** The faults strike when so much of the workload's time has passed. */
const KILL_AT_SHARE = 0.2;
const PAUSE_AT_SHARE = 0.5;
/** A lease lives 30 s in real life; below 2 s a busy machine would lose leases for no other reason than that. */
const ttlMsAt = (scale: number): number => Math.max(2_000, 30_000 / scale);
const PAUSE_TTLS = 3;
const SHOW_EVERY_MS = 100;
const PROVIDER_MS_MAX = 600_000;

const retriesAt = (scale: number): RetrySettings => ({ attempts: 8, pauseMs: 1_000 / scale, pauseMsMax: 30_000 / scale });

const other = (name: GatewayName): GatewayName => (name === 'gateway-a' ? 'gateway-b' : 'gateway-a');

/** Runs the half, and answers what is left of it on the disk. */
export const runHalf = async ({ withHoldfast, workload, scale, folder, children, show }: HalfSettings): Promise<HalfRecords> => {
  const paths = pathsIn(folder);
  for (const path of [folder, paths.transcripts, paths.events]) mkdirSync(path, { recursive: true });
  const inbox = openInbox(paths.inbox);
  const ttlMs = ttlMsAt(scale);
  const world = await startWorld(children, folder, workload);
  const serviceUrl = withHoldfast ? await startService(children, folder) : undefined;

  const start = (name: GatewayName): RunningGateway => {
    const settings: GatewaySettings = { name, folder, ...world, retries: retriesAt(scale) };
    if (serviceUrl === undefined) return startGateway(children, './gateways/without.ts', settings);
    return startGateway(children, './gateways/with.ts', { ...settings, serviceUrl, ttlMs } satisfies WithSettings);
  };
  const gateways = new Map<GatewayName, RunningGateway | undefined>([
    ['gateway-a', start('gateway-a')],
    ['gateway-b', start('gateway-b')],
  ]);

  await Promise.race([Promise.all([...gateways.values()].map((gateway) => gateway?.ready)), children.crashed]);

  const started = performance.now();
  const elapsedMs = (): number => performance.now() - started;
  const sendingMs = workload.at(-1)?.sendAtMs ?? 0;
  let sent = 0;
  let news = '';

  const send = async (): Promise<void> => {
    for (const { messageId, session, sequence, sendAtMs, gateway } of workload) {
      await delay(Math.max(0, sendAtMs - elapsedMs()));
      // A load balancer sends nothing to a gateway that is down.
      const to = gateways.get(gateway) ? gateway : other(gateway);
      inbox.put({ messageId, session, sequence, gateway: to, arrivedAtMs: Date.now() });
      sent += 1;
    }
  };

  const strike = async (): Promise<void> => {
    const struck: Struck = { children, folder, tell: (text) => (news = text) };
    await delay(sendingMs * KILL_AT_SHARE);
    const first = gateways.get('gateway-a');
    if (first) await killGateway(struck, first, (next) => gateways.set('gateway-a', next), () => start('gateway-a'));
    await delay(Math.max(0, sendingMs * PAUSE_AT_SHARE - elapsedMs()));
    const isOvertaken = (session: string, sinceMs: number): boolean =>
      !withHoldfast ||
      (gateways.get('gateway-a')?.events ?? []).some((each) => each.event === 'turn-started' && each.session === session && each.atMs > sinceMs);
    const second = gateways.get('gateway-b');
    if (second) await pauseGateway(struck, second, ttlMs * PAUSE_TTLS, isOvertaken);
  };

  const isQuiet = (): boolean => inbox.pending().length === 0 && [...gateways.values()].every((gateway) => gateway?.turnsUnderWay.size === 0);

  const showing = setInterval(() => {
    const answered = inbox.answered().length;
    const heading = withHoldfast ? 'with Holdfast   ' : 'without Holdfast';
    show(`${heading}  ${(elapsedMs() / 1000).toFixed(0).padStart(3)} s  ${sent} of ${workload.length} messages sent, ${answered} dealt with  ${news}`);
  }, SHOW_EVERY_MS);
  try {
    await Promise.race([Promise.all([send(), strike()]), children.crashed]);
    // Whatever is not answered after this long counts as lost.
    const endMs = elapsedMs() + 10_000 + (3 * PROVIDER_MS_MAX) / scale;
    while (!isQuiet() && elapsedMs() < endMs) await Promise.race([delay(SHOW_EVERY_MS), children.crashed]);
  } finally {
    clearInterval(showing);
  }
  await children.stopAll();
  return readRecords(folder, Date.now());
};
