import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import t from 'tap';
import { Holding } from '../../client/src/holding.ts';
import { Lease } from '../../client/src/lease.ts';
import type { LeaseCalls } from '../../client/src/lease-calls.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { factsOf } from '../support/holding-facts.ts';

const NO_CALLS = {} as LeaseCalls;

const hold = () => {
  const clock = new FakeClock();
  return new Holding(factsOf(clock, { leaseId: 'secret-of-this-lease-0000000' }), { clock, onUncertain: () => {}, onOver: () => {} });
};

t.test('nested handles that were released leave no listeners on the lease', async (t) => {
  const holding = hold();
  for (let handles = 0; handles < 50; handles += 1) {
    const nested = new Lease(holding, NO_CALLS, true);
    nested.onYield(() => t.fail('was released'));
    nested.onWaiters(() => t.fail('was released'));
    t.equal(await nested.release(), 'released');
  }
  t.equal(getEventListeners(holding.endSignal, 'abort').length, 0);
  holding.notices.deliver({ waiters: 1, yieldRequest: { by: 'b' } }, 0);
  holding.end('released');
});

t.test('a listener that was taken off hears nothing', async (t) => {
  const holding = hold();
  const lease = new Lease(holding, NO_CALLS, false);
  const offs = [lease.onYield(() => t.fail('was taken off')), lease.onWaiters(() => t.fail('was taken off'))];
  for (const off of offs) off();
  holding.notices.deliver({ waiters: 1, yieldRequest: { by: 'b' } }, 0);
  t.equal(lease.waiters, 1);
  holding.end('released');
});

t.test('a lease does not show its id, in whatever way it is printed', async (t) => {
  const holding = hold();
  const lease = new Lease(holding, NO_CALLS, false);
  t.notMatch(inspect(lease, { depth: Infinity, showHidden: true, getters: true }), /secret-of-this-lease/);
  t.notMatch(JSON.stringify(lease), /secret-of-this-lease/);
  holding.lose({});
  t.notMatch(inspect(lease.signal.reason, { depth: Infinity, showHidden: true }), /secret-of-this-lease/);
});

t.test('a lease that was left is over here, and not lost', async (t) => {
  const holding = hold();
  const lease = new Lease(holding, NO_CALLS, false);
  const nested = new Lease(holding, NO_CALLS, true);
  nested.leave();
  t.equal(lease.held, true, 'a nested handle leaves only its nesting');
  lease.leave();
  t.equal(lease.held, false);
  t.equal(lease.remainingMs, 0);
  t.equal(lease.signal.aborted, false);
  t.throws(() => lease.assertHeld(), { code: 'lease-ended', message: /left/ });
});
