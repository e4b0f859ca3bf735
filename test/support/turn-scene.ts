/** A gateway that runs turns on the real app: what it wrote and sent is recorded, and each step can be made to fail. */
import type {
  CommitContext,
  DeliverContext,
  GenerateContext,
  LeaseClient,
  LeaseClientOptions,
  Lease,
  TurnHandlers,
  TurnOptions,
  TurnResult,
} from '../../client/src/index.ts';
import { clientOnApp, type ClientOnApp } from './client-on-app.ts';
import { pumped } from './pumped.ts';

export const SESSION = 'agent:main:oc_1';

interface Step<C> {
  readonly reply: string;
  readonly context: C;
}

export interface Gateway {
  readonly commits: Step<CommitContext>[];
  readonly sent: Step<DeliverContext>[];
  /** Called before a commit, or a delivery, is recorded; what it throws is what the handler throws. */
  onCommit: (reply: string, context: CommitContext) => unknown;
  onDeliver: (reply: string, context: DeliverContext) => unknown;
}

export interface TurnScene extends ClientOnApp {
  readonly gateway: Gateway;
  readonly holder: LeaseClient;
  handlers(generate: Generate): TurnHandlers<string>;
  /** Runs a turn of `holder` to its end, while time goes on. */
  turn(generate: Generate, options?: TurnOptions<string>, target?: string | Lease): Promise<TurnResult<string>>;
  /** Lets another client hold the session for a moment. */
  takeOver(): Promise<void>;
  /** Parks a reply as an earlier holder would have. */
  parkEarlier(replyId: string, payload?: string): Promise<void>;
}

export type Generate = (context: GenerateContext<string>) => string | Promise<string>;

interface TestContext {
  teardown(end: () => Promise<void>): void;
  fail(message: string): void;
}

/** What a promise rejects with. */
export const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => new Error('it was to reject'),
    (error: unknown) => error,
  );

export const newGateway = (): Gateway => ({ commits: [], sent: [], onCommit: () => {}, onDeliver: () => {} });

export const handlersOf = (gateway: Gateway, generate: Generate): TurnHandlers<string> => ({
  generate,
  commit: async (reply, context) => {
    await gateway.onCommit(reply, context);
    gateway.commits.push({ reply, context });
  },
  deliver: async (reply, context) => {
    await gateway.onDeliver(reply, context);
    gateway.sent.push({ reply, context });
  },
});

export const turnScene = async (t: TestContext, options: Partial<LeaseClientOptions> = {}): Promise<TurnScene> => {
  const on = await clientOnApp(t);
  const gateway = newGateway();
  const holder = on.client('gateway-1', options);
  const other = on.client('gateway-2', { events: false });
  const handlers = (generate: Generate): TurnHandlers<string> => handlersOf(gateway, generate);
  return {
    ...on,
    gateway,
    holder,
    handlers,
    turn: (generate, turnOptions = {}, target = SESSION) => pumped(on.clock, holder.turn(target, handlers(generate), turnOptions)),
    takeOver: async () => {
      await holder.revoke(SESSION, { reason: 'a takeover' });
      await other.withLease(SESSION, async () => {});
    },
    parkEarlier: async (replyId, payload = replyId) => {
      const fencingToken = await other.withLease(SESSION, { reentrant: false }, (lease) => lease.fencingToken);
      await other.replies.park(SESSION, replyId, { fencingToken, payload });
    },
  };
};
