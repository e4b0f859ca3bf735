/** When which fault strikes, as shares of the time in which users write. */
import { setTimeout as delay } from 'node:timers/promises';
import { crash, crashGateway, pauseGateway, sendAway, type Struck } from './faults.ts';
import type { HoldfastParts } from './holdfast.ts';
import type { Tempo } from './tempo.ts';
import { until } from './until.ts';
import type { RunningChannel } from './world/start.ts';

export interface Strikes {
  readonly struck: Struck;
  readonly channel: RunningChannel;
  /** Absent without Holdfast. */
  readonly holdfast: HoldfastParts | undefined;
  readonly tempo: Tempo;
  /** In which users write. */
  readonly sendingMs: number;
  readonly elapsedMs: () => number;
}

const AT_SHARE = {
  killGateway: 0.2,
  channelAway: 0.25,
  pauseGateway: 0.5,
  // Long before the users stop writing: a turn tries at once what is parked, the courier only after the service's back-off.
  channelBack: 0.6,
  killCourier: 0.65,
} as const;

const COURIER_IDLE_MS_MAX = 12_000;

const waitFor = (strike: keyof typeof AT_SHARE, { sendingMs, elapsedMs }: Strikes): Promise<void> =>
  delay(Math.max(0, sendingMs * AT_SHARE[strike] - elapsedMs()));

/** Kills one gateway, and then pauses the other. */
const strikeGateways = async (strikes: Strikes): Promise<void> => {
  const { struck, tempo, holdfast } = strikes;
  await waitFor('killGateway', strikes);
  await crashGateway(struck, 'gateway-a', tempo.restartAfterMs);
  await waitFor('pauseGateway', strikes);
  await pauseGateway(struck, 'gateway-b', {
    pauseMs: tempo.pauseMs,
    // Without Holdfast nobody can take the session of a process that is alive, so there is nothing to wait for.
    isOvertaken: (session, sinceMs) =>
      !holdfast || (struck.pair.get('gateway-a')?.events ?? []).some((each) => each.event === 'turn-started' && each.session === session && each.atMs > sinceMs),
  });
};

const strikeChannel = async (strikes: Strikes): Promise<void> => {
  const { struck, channel, sendingMs } = strikes;
  await waitFor('channelAway', strikes);
  await sendAway(struck, channel, sendingMs * (AT_SHARE.channelBack - AT_SHARE.channelAway));
};

/** Kills the courier while it delivers, if it has anything to deliver. */
const strikeCourier = async (strikes: Strikes, holdfast: HoldfastParts): Promise<void> => {
  const { struck, tempo, elapsedMs } = strikes;
  await waitFor('killCourier', strikes);
  const { courier } = holdfast;
  const [sentBefore, idleUntilMs] = [courier.events.length, elapsedMs() + COURIER_IDLE_MS_MAX];
  await until('courier to kill', 2 * COURIER_IDLE_MS_MAX, () => courier.events.length > sentBefore || elapsedMs() > idleUntilMs || undefined);
  holdfast.courier = await crash(struck, courier, tempo.supervisorMs, holdfast.startCourier);
};

/** Its Redis first, if it has any, one after the other: while the only one is away the service waits for it. */
const strikeService = async ({ struck, tempo }: Strikes, holdfast: HoldfastParts): Promise<void> => {
  for (const [nth, redis] of holdfast.redises.entries()) holdfast.redises[nth] = await crash(struck, redis, tempo.supervisorMs, () => holdfast.startRedisAgain(redis));
  holdfast.service = await crash(struck, holdfast.service, tempo.supervisorMs, holdfast.startServiceAgain);
};

/** All that goes wrong in a half of the demo. The service is killed last, when the paused gateway has just gone on and there is most to do. */
export const strike = async (strikes: Strikes): Promise<void> => {
  const { holdfast } = strikes;
  const gatewaysThenService = strikeGateways(strikes).then(() => holdfast && strikeService(strikes, holdfast));
  await Promise.all([gatewaysThenService, strikeChannel(strikes), holdfast && strikeCourier(strikes, holdfast)]);
};
