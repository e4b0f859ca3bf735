/** What happens on the way of a turn or a courier, so that every one of their awaits is come by, the rare ones too. Each fault strikes once in a process. */
import { LeaseUncertainError, type EarlierDecision, type GenerateContext, type LeaseClient, type TurnOptions } from '../../../client/src/index.ts';
import { REFUSED_TEXT } from '../reply-run/channel.ts';
import { until } from '../until.ts';

/** What a scenario can lay hands on, inside the process that is to be killed. */
export interface Stage {
  readonly session: string;
  /** Somebody else: an operator, or another gateway. */
  readonly other: LeaseClient;
  /** How often each checkpoint was come by. */
  readonly visits: Readonly<Record<string, number>>;
  /** The service is away from now on, or back. */
  readonly gate: (state: 'shut' | 'open') => Promise<void>;
  /** Parks as a holder of former days would: under its fencing token. */
  readonly parkStale: (replyId: string) => Promise<void>;
}

export interface Scenario {
  readonly role: 'turn' | 'courier';
  /** Replies that stand in the session already, in order. `own`: under the name of the turn's own. Default: none for a turn, one for a courier. */
  readonly earlier?: readonly string[];
  /** Part of the earlier replies' texts, or of the turn's own. */
  readonly text?: string;
  /** The earlier reply is in the local spool, not in the service. */
  readonly spooled?: boolean;
  /** The way to the service is one that can be shut; `shut`: it is from the start. */
  readonly gate?: 'open' | 'shut';
  readonly options?: TurnOptions<string>;
  /** The lease is the caller's own. */
  readonly givenLease?: boolean;
  readonly onGenerate?: (stage: Stage, context: GenerateContext<string>) => Promise<void>;
  readonly onEarlier?: (stage: Stage) => Promise<EarlierDecision>;
  /** Before the first commit of this process has written, or after; what it throws is what the handler throws. */
  readonly beforeCommit?: (stage: Stage) => Promise<void>;
  readonly afterCommit?: (stage: Stage) => Promise<void>;
  /** Before the first message of this process is sent, or after it has arrived. */
  readonly beforeSend?: (stage: Stage) => Promise<void>;
  readonly afterSend?: (stage: Stage) => Promise<void>;
  readonly onPoint?: (stage: Stage, point: string) => void;
  /** A courier closes after so many visits to the session. Default 1. */
  readonly visits?: number;
}

export const OWN = 'reply-to-own';

const fail = async (message: string, facts: object = {}): Promise<never> => {
  throw Object.assign(new Error(message), facts);
};
const revoke = async ({ other, session }: Stage): Promise<void> => void (await other.revoke(session, { reason: 'a takeover' }));
const refuse = (): Promise<never> => fail('the channel answered 502', { status: 502 });
const swallow = (): Promise<never> => fail('the connection was cut');
const TAKEN_OVER = { reacquireBaseMs: 5, waitMs: 10_000 } as const;

/** A process that stands still for longer than its lease lives. */
const FROZEN_TTL_MS = 300;
const freeze = async (): Promise<void> => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FROZEN_TTL_MS + 100);

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'a plain turn': { role: 'turn' },
  'a turn under a lease of the caller': { role: 'turn', givenLease: true },
  'a turn whose reply is there': { role: 'turn', earlier: [OWN] },
  'a turn whose reply is in the spool': { role: 'turn', earlier: [OWN], spooled: true },
  'a provider that fails once': {
    role: 'turn',
    onGenerate: (_stage, { retry }) => retry(({ attempt }) => (attempt === 1 ? refuse() : undefined), { baseMs: 1 }),
  },
  'earlier replies': { role: 'turn', earlier: ['e1', 'e2'] },
  'earlier replies that are discarded': { role: 'turn', earlier: ['e1', 'e2'], onEarlier: async () => ({ discard: 'out of date' }) },
  'earlier replies that are merged': { role: 'turn', earlier: ['e1', 'e2'], onEarlier: async () => 'merge' },
  'an earlier reply that is left': { role: 'turn', earlier: ['e1'], onEarlier: async () => 'leave' },
  'an earlier reply that the channel refuses once': { role: 'turn', earlier: ['e1'], beforeSend: refuse },
  'an earlier reply that comes late': { role: 'turn', onGenerate: ({ parkStale }) => parkStale('late') },
  'a takeover before an earlier reply is discarded': {
    role: 'turn',
    earlier: ['e1'],
    options: TAKEN_OVER,
    onEarlier: async (stage) => {
      // Once: the next lease may go on.
      if (stage.visits['discard: before'] === undefined && (stage.visits['decide: before'] ?? 0) === 1) await revoke(stage);
      return { discard: 'out of date' };
    },
  },
  'a takeover before an earlier reply is sent': { role: 'turn', earlier: ['e1', 'e2'], options: TAKEN_OVER, afterCommit: revoke },
  'a takeover while it generates': {
    role: 'turn',
    options: TAKEN_OVER,
    onGenerate: async (stage, { lease }) => {
      await revoke(stage);
      await until('the lease is known to be lost', () => !lease.held, { everyMs: 2 });
    },
  },
  'a takeover after the commit': { role: 'turn', options: TAKEN_OVER, afterCommit: revoke },
  'a takeover after the delivery': { role: 'turn', options: TAKEN_OVER, afterSend: revoke },
  'a commit that doubts its lease': { role: 'turn', options: TAKEN_OVER, beforeCommit: async () => Promise.reject(new LeaseUncertainError()) },
  'a process that stood still': { role: 'turn', options: { ...TAKEN_OVER, ttlMs: FROZEN_TTL_MS }, onGenerate: freeze },
  'a takeover by somebody who stays for a while': {
    role: 'turn',
    options: { reacquireBaseMs: 5, waitMs: 0 },
    onGenerate: async (stage, { lease }) => {
      await revoke(stage);
      const held = await stage.other.acquire(stage.session);
      void until('it was seen to be held', () => stage.visits['back off after a failure: before'] !== undefined, { everyMs: 2 }).then(() => held.release());
      await until('the lease is known to be lost', () => !lease.held, { everyMs: 2 });
    },
  },
  'a commit that fails': { role: 'turn', beforeCommit: () => fail('the disk is full') },
  'a channel that refuses': { role: 'turn', beforeSend: refuse },
  'a channel that swallows its answer': { role: 'turn', afterSend: swallow },
  'a channel that refuses for good': { role: 'turn', text: REFUSED_TEXT },
  'a service that is away': { role: 'turn', gate: 'open', onGenerate: ({ gate }) => gate('shut') },

  'a courier': { role: 'courier', earlier: ['e1', 'e2'] },
  'a courier whose commit fails': { role: 'courier', beforeCommit: () => fail('the disk is full') },
  'a courier whose channel refuses': { role: 'courier', beforeSend: refuse },
  'a courier whose channel swallows its answer': { role: 'courier', afterSend: swallow, visits: 2 },
  'a courier whose channel refuses for good': { role: 'courier', text: REFUSED_TEXT },
  'a courier that is taken over after a commit': { role: 'courier', earlier: ['e1', 'e2'], afterCommit: revoke, visits: 2 },
  'a courier that steps aside': {
    role: 'courier',
    earlier: ['e1', 'e2'],
    afterSend: async ({ other, session }) => {
      const waiting = other.acquire(session, { waitMs: 10_000 });
      void waiting.then((lease) => lease.release());
      await until('the other waits', async () => (await other.inspect(session)).waiters.length > 0, { everyMs: 2 });
    },
    visits: 2,
  },
  'a courier with a spool': { role: 'courier', spooled: true },
  'a courier that finds nobody': {
    role: 'courier',
    gate: 'shut',
    onPoint: ({ gate }, point) => {
      if (point === 'back off: before') void gate('open');
    },
  },
};
