import t from 'tap';
import { timedHandlers } from '../../../client/src/courier/timed-handlers.ts';
import type { DeliverContext, ReplyHandlers } from '../../../client/src/replies/handlers.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { recordingLogger } from '../../support/recording-logger.ts';
import { turns } from '../../support/scripted-exchange.ts';

const begin = (handlers: Partial<ReplyHandlers<unknown>>) => {
  const clock = new FakeClock();
  const logger = recordingLogger();
  const lease = new AbortController();
  const hurry = new AbortController();
  const timed = timedHandlers({ commit: () => {}, deliver: () => {}, ...handlers }, { clock, logger, timeoutMs: 1_000, hurry: hurry.signal });
  const context: DeliverContext = { session: 's', replyId: 'r', fencingToken: 7, attempt: 1, maybeDelivered: false, signal: lease.signal };
  return { clock, logger, lease, hurry, timed, context };
};

const untilAborted = (_reply: unknown, { signal }: { readonly signal: AbortSignal }): Promise<never> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

t.test('a handler in time is as without a limit: its answer, its error, and no timer left', async (t) => {
  const { clock, timed, context } = begin({ deliver: (reply, { attempt }) => [reply, attempt] });
  t.same(await timed.deliver('x', context), ['x', 1]);
  const fault = new Error('x');
  const broken = begin({ commit: () => { throw fault; } });
  await t.rejects(Promise.resolve(broken.timed.commit('x', { ...broken.context, rebase: true })), fault);
  await turns(1);
  t.equal(clock.armed + broken.clock.armed, 0);
});

t.test('its signal is aborted by the time, by the lease, and by the closing; what it says then counts', async (t) => {
  const reason = new Error('why');
  for (const [abort, expected] of [
    [({ clock }: ReturnType<typeof begin>) => clock.advance(1_000), { name: 'TimeoutError', message: /deliver took longer than 1000 ms/ }],
    [({ lease }: ReturnType<typeof begin>) => lease.abort(reason), reason],
    [({ hurry }: ReturnType<typeof begin>) => hurry.abort(reason), reason],
  ] as const) {
    const begun = begin({ deliver: untilAborted });
    const running = Promise.resolve(begun.timed.deliver('x', begun.context));
    await turns(1);
    abort(begun);
    await t.rejects(running, expected);
  }
});

t.test('one that is silent 5 s after the abort is given up as unknown, and heard of when it ends after all', async (t) => {
  const gate = Promise.withResolvers<void>();
  const { clock, timed, context, logger } = begin({ deliver: () => gate.promise });
  const running = Promise.resolve(timed.deliver('x', context));
  let ended = false;
  running.catch(() => (ended = true));
  await turns(1);
  clock.advance(5_999);
  await turns(1);
  t.equal(ended, false);
  clock.advance(1);
  await t.rejects(running, { name: 'DeliveryError', failure: 'unknown', cause: { name: 'TimeoutError' } });
  t.match(logger.lines, [/^error deliver did not end/]);
  gate.resolve();
  await turns(1);
  t.match(logger.lines[1], /^warn deliver ended after it was given up/);
  t.equal(clock.armed, 0);
});

t.test('what would begin after the end is not begun, and has certainly not arrived', async (t) => {
  let begun = 0;
  const { timed, context, hurry } = begin({ deliver: () => (begun += 1) });
  hurry.abort(new Error('closing'));
  await t.rejects(Promise.resolve(timed.deliver('x', context)), { name: 'DeliveryError', failure: 'transient', cause: { message: 'closing' } });
  t.equal(begun, 0);
});
