/**
 * The workload, planned before anything starts: who writes when, how long the model takes, when it resets the connection.
 * Both halves of the demo run the same plan. Pure: the seed is its only source of chance.
 *
 * The shape follows users' reports of the failure: turns with a median of 60 s and a 95th percentile of 240 s, a second
 * message in a fifth of the turns 5 to 30 s after the first, sometimes a third, 1 to 5 connection resets in a row.
 */
import { chance, logNormal, type Random, seededRandom, uniform, wholeNumber } from './random.ts';

/** What the model provider does with the calls for one message: first the resets, then an answer. */
export interface ProviderPlan {
  /** One entry a reset: how long the call hangs before the connection is reset, in milliseconds. */
  readonly resetAfterMs: readonly number[];
  /** How long the call that succeeds takes, in milliseconds. */
  readonly answerAfterMs: number;
}

export type GatewayName = 'gateway-a' | 'gateway-b';

export interface PlannedMessage {
  readonly messageId: string;
  readonly session: string;
  /** Its place among the messages of its session, from 1. */
  readonly sequence: number;
  /** Milliseconds after the start of the run. */
  readonly sendAtMs: number;
  /** The gateway to which the load balancer hands it. */
  readonly gateway: GatewayName;
  readonly provider: ProviderPlan;
}

export interface WorkloadSettings {
  readonly seed: number;
  /** How many times faster than in the reports everything happens. */
  readonly scale: number;
  readonly sessions: number;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

/** The figures of the reports, in unscaled time. Exported for the tests. */
export const REPORTED = {
  turnMedianMs: 60 * SECOND_MS,
  turnP95Ms: 240 * SECOND_MS,
  /** Providers give up on a call after ten minutes. */
  turnMaxMs: 10 * MINUTE_MS,
  followUpShare: 0.2,
  /** Of the turns with a follow-up, those with a second one. */
  thirdMessageShare: 0.25,
  followUpAfterMs: [5 * SECOND_MS, 30 * SECOND_MS],
  /** The reports say how long a burst of resets is, not how frequent; this is a provider on a bad day. */
  resetShare: 0.4,
  resetsMax: 5,
} as const;

const SENDING_MS = 12 * MINUTE_MS;
const PAUSE_MS = [20 * SECOND_MS, 2 * MINUTE_MS] as const; // a user reads the reply before writing again

const planProvider = (random: Random): ProviderPlan => {
  const turnMs = Math.min(logNormal(random, REPORTED.turnMedianMs, REPORTED.turnP95Ms), REPORTED.turnMaxMs);
  const resets = chance(random, REPORTED.resetShare) ? wholeNumber(random, 1, REPORTED.resetsMax) : 0;
  const resetAfterMs = Array.from({ length: resets }, () => turnMs * uniform(random, 0.05, 0.15));
  return { resetAfterMs, answerAfterMs: turnMs - resetAfterMs.reduce((sum, ms) => sum + ms, 0) };
};

/** How long the model works for one message in all, resets included and back-off not. */
export const providerMs = (plan: ProviderPlan): number => plan.resetAfterMs.reduce((sum, ms) => sum + ms, plan.answerAfterMs);

type Draft = Omit<PlannedMessage, 'messageId' | 'sequence'>;

/** One message and its follow-ups. */
const planExchange = (random: Random, session: string, startMs: number): Draft[] => {
  const followUps = chance(random, REPORTED.followUpShare) ? (chance(random, REPORTED.thirdMessageShare) ? 2 : 1) : 0;
  const drafts: Draft[] = [];
  let sendAtMs = startMs;
  for (let index = 0; index <= followUps; index += 1) {
    const gateway = chance(random, 0.5) ? 'gateway-a' : 'gateway-b';
    drafts.push({ session, sendAtMs, gateway, provider: planProvider(random) });
    sendAtMs += uniform(random, REPORTED.followUpAfterMs[0], REPORTED.followUpAfterMs[1]);
  }
  return drafts;
};

const planSession = (random: Random, session: string): Draft[] => {
  const drafts: Draft[] = [];
  let startMs = uniform(random, 0, 2 * MINUTE_MS);
  while (startMs < SENDING_MS) {
    const exchange = planExchange(random, session, startMs);
    drafts.push(...exchange);
    startMs += exchange.reduce((sum, { provider }) => sum + providerMs(provider), 0) + uniform(random, PAUSE_MS[0], PAUSE_MS[1]);
  }
  return drafts;
};

const scaled = (plan: ProviderPlan, scale: number): ProviderPlan => ({
  resetAfterMs: plan.resetAfterMs.map((ms) => ms / scale),
  answerAfterMs: plan.answerAfterMs / scale,
});

/** Plans every message of a run, in the order in which they are sent. */
export const planWorkload = ({ seed, scale, sessions }: WorkloadSettings): PlannedMessage[] => {
  const random = seededRandom(seed);
  const names = Array.from({ length: sessions }, (_, index) => `agent:main:chat-${index + 1}`);
  return names
    .flatMap((session) =>
      planSession(random, session).map((draft, index) => ({
        ...draft,
        messageId: `${session.slice(session.lastIndexOf(':') + 1)}-${index + 1}`,
        sequence: index + 1,
        sendAtMs: draft.sendAtMs / scale,
        provider: scaled(draft.provider, scale),
      })),
    )
    .sort((one, other) => one.sendAtMs - other.sendAtMs);
};
