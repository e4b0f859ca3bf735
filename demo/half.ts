/** One half of the demo: the workload, the world, two gateways and the faults, with or without Holdfast. */
import { mkdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Children } from './children.ts';
import type { StoreKind } from './flags.ts';
import { type GatewayPair, startPair } from './gateways/pair.ts';
import type { GatewaySettings } from './gateways/settings.ts';
import { startGateway } from './gateways/start.ts';
import type { WithSettings } from './gateways/with.ts';
import { type HoldfastParts, recordReplies, startHoldfast } from './holdfast.ts';
import { type HalfRecords, pathsIn, readRecords } from './records.ts';
import { strike } from './strikes.ts';
import { type Tempo, tempoAt } from './tempo.ts';
import { type Inbox, openInbox } from './world/inbox.ts';
import { type RunningChannel, startWorld } from './world/start.ts';
import type { PlannedMessage } from './workload/plan.ts';

export interface HalfSettings {
  readonly withHoldfast: boolean;
  readonly store: StoreKind;
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
  readonly channel: RunningChannel;
  readonly holdfast: HoldfastParts | undefined;
  readonly pair: GatewayPair;
  /** Since the first message could have been sent. */
  readonly elapsedMs: () => number;
}

const LOOK_EVERY_MS = 100;

const begin = async (settings: HalfSettings): Promise<Running> => {
  const { withHoldfast, workload, scale, folder, children } = settings;
  const { inbox, transcripts, events } = pathsIn(folder);
  for (const path of [transcripts, events]) mkdirSync(path, { recursive: true });
  const tempo = tempoAt(scale);
  const { providerUrl, channel } = await startWorld(children, folder, workload);
  const holdfast = withHoldfast ? await startHoldfast(settings, channel.url, tempo.ttlMs) : undefined;
  const pair = startPair((name) => {
    const gateway: GatewaySettings = { name, folder, providerUrl, channelUrl: channel.url, retries: tempo.retries };
    if (!holdfast) return startGateway(children, './gateways/without.ts', gateway);
    return startGateway(children, './gateways/with.ts', { ...gateway, serviceUrl: holdfast.service.url, ttlMs: tempo.ttlMs } satisfies WithSettings);
  });
  await Promise.race([Promise.all([pair.ready(), holdfast?.courier.ready]), children.crashed]);
  const startedMs = performance.now();
  return { ...settings, tempo, inbox: openInbox(inbox), channel, holdfast, pair, elapsedMs: () => performance.now() - startedMs };
};

/** Puts every message into the inbox at its time. */
const send = async ({ workload, inbox, pair, elapsedMs }: Running): Promise<void> => {
  for (const { messageId, session, sequence, sendAtMs, gateway } of workload) {
    await delay(Math.max(0, sendAtMs - elapsedMs()));
    inbox.put({ messageId, session, sequence, gateway: pair.route(gateway), arrivedAtMs: Date.now() });
  }
};

const isDone = async ({ inbox, pair, holdfast }: Running): Promise<boolean> =>
  inbox.pending().length === 0 && pair.isQuiet() && (holdfast === undefined || (await holdfast.isSettled()));

const drain = async (running: Running): Promise<void> => {
  const { tempo, elapsedMs } = running;
  const endMs = elapsedMs() + tempo.patienceMs;
  while (elapsedMs() < endMs && !(await isDone(running))) await delay(LOOK_EVERY_MS);
};

const describe = ({ withHoldfast, workload, inbox, elapsedMs }: Running, news: string): string => {
  const [answered, pending] = [inbox.answered().length, inbox.pending().length];
  const heading = `${withHoldfast ? 'with' : 'without'} Holdfast`.padEnd('without Holdfast'.length);
  const seconds = (elapsedMs() / 1_000).toFixed(0).padStart(3);
  return `${heading} ${seconds} s: ${answered + pending} of ${workload.length} messages sent, ${answered} dealt with${news && `; ${news}`}`;
};

/** Runs the half, and answers what is left of it on the disk. */
export const runHalf = async (settings: HalfSettings): Promise<HalfRecords> => {
  const { children, folder, show, withHoldfast, workload } = settings;
  const running = await begin(settings);
  let news = '';
  const struck = { children, folder, pair: running.pair, tell: (text: string) => void (news = text) };
  const showing = setInterval(() => show(describe(running, news)), LOOK_EVERY_MS);
  try {
    const struckOut = strike({ ...running, struck, sendingMs: workload.at(-1)?.sendAtMs ?? 0 });
    const done = Promise.all([send(running), struckOut]).then(() => drain(running));
    await Promise.race([done, children.crashed]);
  } finally {
    clearInterval(showing);
  }
  await children.stopAll();
  const endedAtMs = Date.now();
  if (withHoldfast) {
    await recordReplies(settings);
    await children.stopAll();
  }
  return readRecords(folder, endedAtMs);
};
