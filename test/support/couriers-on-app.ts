/** Couriers on the real app, and a channel and a transcript that remember what they were told. */
import type { Courier } from '../../client/src/courier/courier.ts';
import type { CourierOptions } from '../../client/src/courier/options.ts';
import type { CommitContext, DeliverContext, LeaseClientOptions, ReplyHandlers } from '../../client/src/index.ts';
import { clientOnApp, type ClientOnApp } from './client-on-app.ts';
import { until } from './until.ts';

type TestContext = Parameters<typeof clientOnApp>[0];

export interface CouriersOnApp extends ClientOnApp {
  /** `commit s/1`, `deliver s/1`, as they were called. */
  readonly record: string[];
  readonly commits: CommitContext[];
  readonly deliveries: DeliverContext[];
  /** What the couriers' `onError` was told. */
  readonly errors: unknown[];
  /** Parks replies of a holder that is gone. */
  park(session: string, ...replyIds: string[]): Promise<void>;
  /** A courier of a client of its own. */
  courier(handlers?: Partial<ReplyHandlers<unknown>>, options?: CourierOptions, clientOptions?: Partial<LeaseClientOptions>): Courier;
  /** The replies of a session, such as `1:delivered`. */
  states(session: string): Promise<string[]>;
  /** Moves time on in small steps until it is so. */
  passing(what: string, isSo: () => boolean | Promise<boolean>): Promise<void>;
}

export const couriersOnApp = async (t: TestContext, options: Parameters<typeof clientOnApp>[1] = {}): Promise<CouriersOnApp> => {
  const onApp = await clientOnApp(t, options);
  const apiKey = options.apiKey === undefined ? {} : { apiKey: options.apiKey };
  const gateway = onApp.client('gateway', { events: false, ...apiKey });
  const record: string[] = [];
  const commits: CommitContext[] = [];
  const deliveries: DeliverContext[] = [];
  const errors: unknown[] = [];
  let couriers = 0;
  return {
    ...onApp,
    record,
    commits,
    deliveries,
    errors,
    async park(session, ...replyIds) {
      const lease = await gateway.acquire(session);
      for (const replyId of replyIds) await gateway.replies.park(session, replyId, { fencingToken: lease.fencingToken, payload: { text: replyId } });
      await lease.release();
    },
    courier(handlers = {}, courierOptions = {}, clientOptions = {}) {
      couriers += 1;
      const client = onApp.client(`courier-${couriers}`, { ...apiKey, ...clientOptions });
      return client.courier(
        {
          commit: (reply, context) => {
            commits.push(context);
            record.push(`commit ${context.session}/${context.replyId}`);
            return handlers.commit?.(reply, context);
          },
          deliver: (reply, context) => {
            deliveries.push(context);
            record.push(`deliver ${context.session}/${context.replyId}`);
            return handlers.deliver?.(reply, context);
          },
        },
        { onError: (error) => errors.push(error), ...courierOptions },
      );
    },
    async states(session) {
      const found: string[] = [];
      for await (const { replyId, state } of gateway.replies.list({ session })) found.push(`${replyId}:${state}`);
      return found;
    },
    async passing(what, isSo) {
      await until(what, async () => {
        await onApp.clock.advanceAsync(200, 50);
        return isSo();
      });
    },
  };
};
