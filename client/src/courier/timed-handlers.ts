/**
 * The application's handlers with a limit on their time: the signal is aborted when it is over, and what a handler then says counts. One that says nothing
 * even then is given up, because a session, and a courier that wants to close, must not wait for ever.
 */
import { follow } from '../abort.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { DeliveryError } from '../reply-errors.ts';
import type { ReplyHandlers } from '../replies/handlers.ts';

export interface TimedParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly timeoutMs: number;
  /** Aborted when whoever closes the courier has waited long enough. */
  readonly hurry: AbortSignal;
}

interface Context {
  readonly session: string;
  readonly replyId: string;
  readonly signal: AbortSignal;
}

/** How long a handler may still take once its signal is aborted. */
export const GIVE_UP_MS = 5_000;

export const timedHandlers = ({ commit, deliver }: ReplyHandlers<unknown>, parts: TimedParts): ReplyHandlers<unknown> => ({
  commit: (reply, context) => timed('commit', (signal) => commit(reply, { ...context, signal }), context, parts),
  deliver: (reply, context) => timed('deliver', (signal) => deliver(reply, { ...context, signal }), context, parts),
});

const timed = <R>(name: string, call: (signal: AbortSignal) => R | Promise<R>, context: Context, { clock, logger, timeoutMs, hurry }: TimedParts): Promise<R> => {
  const { session, replyId } = context;
  const { promise, resolve, reject } = Promise.withResolvers<R>();
  const controller = new AbortController();
  const unfollow = follow(controller, [context.signal, hurry]);
  // What was never begun has certainly not arrived.
  if (controller.signal.aborted) return Promise.reject(new DeliveryError('transient', `${name} was not begun.`, { cause: controller.signal.reason }));
  const timeout = clock.after(timeoutMs, () => controller.abort(new DOMException(`${name} took longer than ${timeoutMs} ms.`, 'TimeoutError')));
  let giveUp = { cancel: (): void => {} };
  let givenUp = false;
  controller.signal.addEventListener('abort', () => {
    giveUp = clock.after(GIVE_UP_MS, () => {
      givenUp = true;
      logger.error({ session, replyId }, `${name} did not end after its signal was aborted; it is given up, and may still be at work`);
      reject(new DeliveryError('unknown', `${name} did not end.`, { cause: controller.signal.reason }));
    });
  });
  const late = (error?: unknown): void => {
    if (givenUp) logger.warn({ session, replyId, err: error }, `${name} ended after it was given up`);
  };
  // Begun in a promise, so that a handler that throws at once is one that rejects.
  void Promise.resolve()
    .then(() => call(controller.signal))
    .then((result) => {
      late();
      resolve(result);
    })
    .catch((error: unknown) => {
      late(error);
      reject(error);
    })
    .finally(() => {
      timeout.cancel();
      giveUp.cancel();
      unfollow();
    });
  return promise;
};
