/** A newer message interrupts the turn that runs: two gateways and the service as processes of their own would be, over real sockets. */
import t from 'tap';
import { LeaseClient, TurnInterruptedError, type TurnHandlers } from '../../client/src/index.ts';
import { eachStoreInFull } from '../support/each-store.ts';
import { monotonicMs } from '../support/monotonic.ts';
import { spawnService } from '../support/spawn-service.ts';
import { pause, until } from '../support/until.ts';

/** Several at once: one figure of a busy machine says nothing. */
const SESSIONS = ['oc_1', 'oc_2', 'oc_3', 'oc_4', 'oc_5'].map((chat) => `agent:main:${chat}`);

// What is waited for is a lease that runs out.
t.jobs = 2;

eachStoreInFull(t, 'the running turn is given a deadline, keeps to it, and the newer message is answered', async (test, { store }) => {
  const service = await spawnService(test, { store });
  const [older, newer] = ['gateway-1', 'gateway-2'].map((holder) => new LeaseClient({ baseUrl: service.baseUrl, holder, ttlMs: 2_000 })) as [LeaseClient, LeaseClient];
  test.teardown(() => Promise.all([older.close(), newer.close()]));
  const seen: { askedMs: number; seenMs: number; deadlineInMs: number }[] = [];
  const ends: unknown[] = [];

  const interrupt = async (session: string): Promise<void> => {
    const sent: string[] = [];
    const handlers: Omit<TurnHandlers<string>, 'generate'> = { commit: () => {}, deliver: (reply) => void sent.push(reply) };
    const running = Promise.withResolvers<void>();
    let askedMs = 0;
    const first = older.turn<string>(session, {
      generate: async (context) => {
        running.resolve();
        await until('a deadline is there', () => context.deadlineInMs !== undefined, { everyMs: 1 });
        seen.push({ askedMs, seenMs: monotonicMs(), deadlineInMs: context.deadlineInMs ?? 0 });
        // A provider's call ends when its signal is aborted; here it hands over what it has.
        await until('the deadline is over', () => context.signal.aborted);
        ends.push(context.signal.reason);
        return 'half an answer';
      },
      ...handlers,
    });
    await running.promise;
    // The older one's event stream is open by now.
    await pause(200);
    askedMs = monotonicMs();
    const second = newer.turn<string>(session, { generate: () => 'the newer answer', ...handlers }, { onBusy: 'interrupt', interrupt: { reason: 'a newer message', graceMs: 500 } });
    const outcomes = await Promise.all([first, second]);
    test.match(outcomes, [{ outcome: 'delivered', takeovers: 0 }, { outcome: 'delivered', takeovers: 0 }]);
    test.strictSame(sent, ['half an answer', 'the newer answer'], 'the older one finishes before the newer one, and nothing is lost');
  };
  await Promise.all(SESSIONS.map(interrupt));

  test.equal(seen.length, SESSIONS.length, 'each was seen');
  test.ok(ends.every((reason) => reason instanceof TurnInterruptedError && reason.by === 'gateway-2' && reason.reason === 'a newer message'), 'with who asked, and why');
  const delays = seen.map(({ askedMs, seenMs }) => seenMs - askedMs).sort((a, b) => a - b);
  test.comment(`from the ask to the deadline in the running turn: ${delays.map((ms) => ms.toFixed(0)).join(', ')} ms (promised: within 250)`);
});
