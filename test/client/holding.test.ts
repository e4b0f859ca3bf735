import { getEventListeners } from 'node:events';
import t from 'tap';
import { Holding, type HoldingFacts } from '../../client/src/holding.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { factsOf, renewalOf } from '../support/holding-facts.ts';

const hold = (more: Partial<HoldingFacts> = {}) => {
  const clock = new FakeClock();
  const uncertain: Holding[] = [];
  const over: string[] = [];
  const holding = new Holding(factsOf(clock, more), { clock, onUncertain: (one) => uncertain.push(one), onOver: (one) => over.push(one.phase) });
  const renew = (renewal: object = {}): void => holding.renewed({ sent: clock.now(), renewal: renewalOf(renewal) });
  return { clock, holding, uncertain, over, renew };
};

t.test('a lease that nobody renews is lost at its deadline, and its signal is aborted by the timer', async (t) => {
  const { clock, holding, over } = hold();
  clock.advance(29_649);
  t.equal(holding.held, true);
  t.equal(holding.remainingMs, 1);
  clock.advance(1);
  t.equal(holding.held, false);
  t.equal(holding.phase, 'lost');
  t.equal(holding.lostInSilence, true);
  t.same(over, ['lost']);
  t.match(holding.lossSignal.reason, { code: 'lease-lost', session: 's', fencingToken: 7, endedBecause: undefined });
  t.throws(() => holding.assertHeld(), { code: 'lease-lost' });
  t.equal(clock.armed, 0);
});

t.test('a blocked event loop: the clock tells the truth before the timer does', async (t) => {
  const { clock, holding } = hold();
  // Time passes, and no timer fires: what a blocked loop is.
  const { monoMs, wallUs } = clock.now();
  clock.now = () => ({ monoMs: monoMs + 29_650, wallUs: wallUs + 29_650_000 });
  t.equal(holding.lossSignal.aborted, false);
  t.equal(holding.held, false);
  t.throws(() => holding.assertHeld(), { code: 'lease-lost' });
  t.equal(holding.remainingMs, 0);
});

t.test('a renewal moves the deadline on, and the old one passes without harm', async (t) => {
  const { clock, holding, renew } = hold();
  clock.advance(10_000);
  renew();
  clock.advance(29_649);
  t.equal(holding.held, true);
  clock.advance(1);
  t.equal(holding.phase, 'lost');
});

t.test('a renewal that is answered after the deadline revives nothing, even before the timer fired', async (t) => {
  const { clock, holding } = hold();
  const sent = clock.now();
  clock.now = () => ({ monoMs: sent.monoMs + 29_650, wallUs: sent.wallUs + 29_650_000 });
  holding.renewed({ sent: { monoMs: sent.monoMs + 20_000, wallUs: sent.wallUs + 20_000_000 }, renewal: renewalOf() });
  t.equal(holding.phase, 'lost', 'somebody may have been told already that it was over');
});

t.test('a renewal that is answered after the release is ignored', async (t) => {
  const { clock, holding, renew, over } = hold();
  holding.end('released');
  renew();
  holding.lose({ endedBecause: 'released' });
  t.equal(holding.phase, 'released');
  t.equal(holding.lossSignal.aborted, false, 'a release is no loss');
  t.equal(holding.endSignal.aborted, true);
  t.throws(() => holding.assertHeld(), { code: 'lease-ended' });
  t.same(over, ['released']);
  t.equal(clock.armed, 0, 'and no timer is left');
});

t.test('a loss by the word of the service says why, and who came after', async (t) => {
  const { holding, clock } = hold();
  holding.lose({ endedBecause: 'preempted', currentToken: 9, successor: { holder: 'gateway-2' } });
  t.match(holding.lossSignal.reason, { code: 'lease-lost', endedBecause: 'preempted', currentToken: 9, successor: { holder: 'gateway-2' } });
  t.match(holding.lossSignal.reason.message, /preempted.*gateway-2/);
  t.equal(holding.lostInSilence, false);
  t.equal(clock.armed, 0);
});

for (const [how, stepMs] of [['forward', 86_400_000], ['back', -86_400_000]] as const) {
  t.test(`a wall clock that jumps a day ${how} puts the lease in doubt until the next renewal`, async (t) => {
    const { clock, holding, uncertain, renew } = hold();
    clock.advance(1_000);
    clock.stepWall(stepMs);
    t.equal(holding.held, false);
    t.throws(() => holding.assertHeld(), { code: 'lease-uncertain', retryable: true });
    t.doesNotThrow(() => holding.assertRenewable());
    t.ok(uncertain.length > 0, 'a renewal is asked for');
    t.equal(holding.phase, 'live', 'doubt is no loss');
    renew();
    t.equal(holding.held, true);
  });

  t.test(`and with no answer after a jump ${how}, it is lost at the deadline of the monotonic clock`, async (t) => {
    const { clock, holding } = hold();
    clock.stepWall(stepMs);
    clock.advance(29_650);
    t.equal(holding.phase, 'lost');
    t.equal(holding.lossSignal.aborted, true);
  });
}

t.test('how long it can be held: by the longest hold, and by a renewal that was capped', async (t) => {
  t.equal(hold().holding.holdRemainingMs, Infinity);
  const clock = new FakeClock();
  t.equal(hold({ holdEndsAtMs: clock.now().monoMs + 60_000 }).holding.holdRemainingMs, 60_000);
  const { holding, renew, clock: time } = hold();
  renew({ remainingMs: 12_000 });
  t.equal(holding.holdRemainingMs, 12_000, 'a whole TTL was not given: nothing goes beyond');
  time.advance(2_000);
  t.equal(holding.holdRemainingMs, 10_000);
  renew();
  t.equal(holding.holdRemainingMs, Infinity);
  renew({ yieldRequest: { by: 'b' } });
  t.equal(holding.holdRemainingMs, Infinity, 'a plea ends nothing');
  renew({ yieldRequest: { by: 'b', remainingMs: 300_000 } });
  time.advance(1_000);
  t.equal(holding.holdRemainingMs, 299_000, 'a grace does, long before it caps a renewal');
});

t.test('a holder that does not tell of progress is stalled after its span, to the millisecond', async (t) => {
  const { clock, holding } = hold({ progressTimeoutMs: 5_000 });
  clock.advance(5_000);
  t.equal(holding.isStalled, false);
  clock.advance(1);
  t.equal(holding.isStalled, true);
  holding.progress();
  t.equal(holding.isStalled, false);
});

t.test('its own signals keep no listeners after the end', async (t) => {
  const { holding } = hold();
  holding.onYield(() => t.fail('nobody asked'));
  holding.end('released');
  t.equal(getEventListeners(holding.endSignal, 'abort').length, 0);
});
