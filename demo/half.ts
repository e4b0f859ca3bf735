/** One half of the demo: the workload, the world, two gateways and the faults, with or without Holdfast. */
import { mkdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Children } from './children.ts';
import { killGateway, pauseGateway, type Struck } from './faults.ts';
import { type GatewayPair, startPair } from './gateways/pair.ts';
import type { GatewaySettings } from './gateways/settings.ts';
import { startGateway } from './gateways/start.ts';
import type { WithSettings } from './gateways/with.ts';
import { type HalfRecords, pathsIn, readRecords } from './records.ts';
import { type Tempo, tempoAt } from './tempo.ts';
import { type Inbox, openInbox } from './world/inbox.ts';
import { startService, startWorld } from './world/start.ts';
import type { PlannedMessage } from './workload/plan.ts';

export interface HalfSettings {
  readonly withHoldfast: boolean;
  readonly workload: readonly PlannedMessage[];
  readonly scale: number;
  readonly folder: string;
  readonly children: Children;
  /** Hears how far the half is. */
  readonly show: (text: string) => void;
}

/** A half that is running. */
interface Running extends HalfSettings {
  readonly tempo: Tempo;
  readonly inbox: Inbox;
  readonly pair: GatewayPair;
  /** Since the first message could have been sent. */
  readonly elapsedMs: () => number;
}

/** The faults strike when so much of the workload's time has passed. */
const KILL_AT_SHARE = 0.2;
const PAUSE_AT_SHARE = 0.5;
const LOOK_EVERY_MS = 100;

const waitUntil = (atMs: number, { elapsedMs }: Running): Promise<void> => delay(Math.max(0, atMs - elapsedMs()));

const begin = async (settings: HalfSettings): Promise<Running> => {
  const { withHoldfast, workload, scale, folder, children } = settings;
  const { inbox, transcripts, events } = pathsIn(folder);
  for (const path of [transcripts, events]) mkdirSync(path, { recursive: true });
  const tempo = tempoAt(scale);
  const world = await startWorld(children, folder, workload);
  const serviceUrl = withHoldfast ? await startService(children, folder) : undefined;
  const pair = startPair((name) => {
    const gateway: GatewaySettings = { name, folder, ...world, retries: tempo.retries };
    if (serviceUrl === undefined) return startGateway(children, './gateways/without.ts', gateway);
    return startGateway(children, './gateways/with.ts', { ...gateway, serviceUrl, ttlMs: tempo.ttlMs } satisfies WithSettings);
  });
  await Promise.race([pair.ready(), children.crashed]);
  const startedMs = performance.now();
  return { ...settings, tempo, inbox: openInbox(inbox), pair, elapsedMs: () => performance.now() - startedMs };
};

/** Puts every message into the inbox at its time. */
const send = async (running: Running): Promise<void> => {
  for (const { messageId, session, sequence, sendAtMs, gateway } of running.workload) {
    await waitUntil(sendAtMs, running);
    running.inbox.put({ messageId, session, sequence, gateway: running.pair.route(gateway), arrivedAtMs: Date.now() });
  }
};

/** Kills one gateway, and then pauses the other. */
const strike = async (running: Running, tell: (news: string) => void): Promise<void> => {
  const { children, folder, pair, tempo, withHoldfast, workload } = running;
  const struck: Struck = { children, folder, pair, tell };
  const sendingMs = workload.at(-1)?.sendAtMs ?? 0;
  await waitUntil(sendingMs * KILL_AT_SHARE, running);
  await killGateway(struck, 'gateway-a', tempo.restartAfterMs);
  await waitUntil(sendingMs * PAUSE_AT_SHARE, running);
  await pauseGateway(struck, 'gateway-b', {
    pauseMs: tempo.pauseMs,
    // Without Holdfast nobody can take the session of a process that is alive, so there is nothing to wait for.
    isOvertaken: (session, sinceMs) =>
      !withHoldfast || (pair.get('gateway-a')?.events ?? []).some((each) => each.event === 'turn-started' && each.session === session && each.atMs > sinceMs),
  });
};

const drain = async ({ inbox, pair, tempo, elapsedMs }: Running): Promise<void> => {
  const endMs = elapsedMs() + tempo.patienceMs;
  while (elapsedMs() < endMs && !(inbox.pending().length === 0 && pair.isQuiet())) await delay(LOOK_EVERY_MS);
};

const describe = ({ withHoldfast, workload, inbox, elapsedMs }: Running, news: string): string => {
  const [answered, pending] = [inbox.answered().length, inbox.pending().length];
  const heading = `${withHoldfast ? 'with' : 'without'} Holdfast`.padEnd('without Holdfast'.length);
  const seconds = (elapsedMs() / 1_000).toFixed(0).padStart(3);
  return `${heading} ${seconds} s: ${answered + pending} of ${workload.length} messages sent, ${answered} dealt with${news && `; ${news}`}`;
};

/** Runs the half, and answers what is left of it on the disk. */
export const runHalf = async (settings: HalfSettings): Promise<HalfRecords> => {
  const { children, folder, show } = settings;
  const running = await begin(settings);
  let news = '';
  const showing = setInterval(() => show(describe(running, news)), LOOK_EVERY_MS);
  try {
    const sent = Promise.all([send(running), strike(running, (text) => (news = text))]);
    await Promise.race([sent.then(() => drain(running)), children.crashed]);
  } finally {
    clearInterval(showing);
  }
  await children.stopAll();
  return readRecords(folder, Date.now());
};
