import t from 'tap';
import { Holding } from '../../client/src/holding.ts';
import { meaningOf } from '../../client/src/lease-events.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { factsOf } from '../support/holding-facts.ts';

const clock = new FakeClock();
const holding = new Holding(factsOf(clock), { clock, onUncertain: () => {}, onOver: () => {} });
const find = (session: string) => (session === 's' ? holding : undefined);
const event = (name: string, members: object = { session: 's', fencingToken: 7, holder: 'gateway-1' }) => ({ event: name, data: JSON.stringify(members) });

t.test('what concerns our lease asks for a heartbeat', async (t) => {
  for (const name of ['waiting', 'left', 'yield-asked']) t.equal(meaningOf(event(name), find).kind, 'ask', name);
  t.same(meaningOf(event('ended'), find), { kind: 'verify', holding });
});

t.test('missed events ask for a look at all leases', async (t) => {
  t.equal(meaningOf({ event: 'reset', data: '{}' }, find).kind, 'gap');
});

t.test('what concerns others asks for nothing', async (t) => {
  for (const quiet of [
    event('granted'),
    event('waiting', { session: 'other', fencingToken: 7 }),
    event('ended', { session: 's', fencingToken: 6 }),
    event('ended', { session: 's' }),
    event('an event of tomorrow'),
    { event: 'waiting', data: 'not JSON' },
    { event: 'waiting', data: 'null' },
    { event: 'waiting', data: '[]' },
  ]) {
    t.equal(meaningOf(quiet, find).kind, 'none', JSON.stringify(quiet));
  }
});
t.teardown(() => holding.end('left'));
