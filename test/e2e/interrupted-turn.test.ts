/** A newer message interrupts the turn that runs: two gateways and the service as processes of their own would be, over real sockets. */
import t from 'tap';
import { LeaseClient, TurnInterruptedError, type TurnHandlers } from '../../client/src/index.ts';
import { monotonicMs } from '../support/monotonic.ts';
import { spawnService } from '../support/spawn-service.ts';
import { pause, until } from '../support/until.ts';

const SESSION = 'agent:main:oc_1';

void t.test('the running turn is given a deadline, keeps to it, and the newer message is answered', async (test) => {
  const service = await spawnService(test);
  const [older, newer] = ['gateway-1', 'gateway-2'].map((holder) => new LeaseClient({ baseUrl: service.baseUrl, holder, ttlMs: 2_000 })) as [LeaseClient, LeaseClient];
  test.teardown(() => Promise.all([older.close(), newer.close()]));
  const sent: string[] = [];
  const handlers: Omit<TurnHandlers<string>, 'generate'> = { commit: () => {}, deliver: (reply) => void sent.push(reply) };
  const seen: { askedMs: number; seenMs: number; deadlineInMs: number }[] = [];
  const ends: unknown[] = [];

  // Several times: one figure of a busy machine says nothing.
  for (let round = 0; round < 5; round += 1) {
    const running = Promise.withResolvers<void>();
    let askedMs = 0;
    const first = older.turn<string>(SESSION, {
      generate: async (context) => {
        running.resolve();
        await until('a deadline is there', () => context.deadlineInMs !== undefined, { everyMs: 1 });
        seen.push({ askedMs, seenMs: monotonicMs(), deadlineInMs: context.deadlineInMs ?? 0 });
        // A provider's call ends when its signal is aborted; here it hands over what it has.
        await until('the deadline is over', () => context.signal.aborted);
        ends.push(context.signal.reason);
        return `half an answer ${round}`;
      },
      ...handlers,
    });
    await running.promise;
    // The older one's event stream is open by now.
    await pause(200);
    askedMs = monotonicMs();
    const second = newer.turn<string>(SESSION, { generate: () => `the newer answer ${round}`, ...handlers }, { onBusy: 'interrupt', interrupt: { reason: 'a newer message', graceMs: 500 } });
    const outcomes = await Promise.all([first, second]);
    test.match(outcomes, [{ outcome: 'delivered', takeovers: 0 }, { outcome: 'delivered', takeovers: 0 }]);
  }

  test.equal(seen.length, 5, 'each was seen');
  test.ok(ends.every((reason) => reason instanceof TurnInterruptedError && reason.by === 'gateway-2' && reason.reason === 'a newer message'), 'with who asked, and why');
  test.strictSame(sent, [0, 1, 2, 3, 4].flatMap((round) => [`half an answer ${round}`, `the newer answer ${round}`]), 'the older one finishes before the newer one, and nothing is lost');
  const delays = seen.map(({ askedMs, seenMs }) => seenMs - askedMs).sort((a, b) => a - b);
  test.comment(`from the ask to the deadline in the running turn: ${delays.map((ms) => ms.toFixed(0)).join(', ')} ms (promised: within 250)`);
});
