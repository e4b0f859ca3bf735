import t from 'tap';
import { EMPTY_REGISTER } from '../../../../../service/src/stores/quorum/rules/node.ts';
import type { Kept, Register } from '../../../../../service/src/stores/quorum/rules/register.ts';
import { seedOf, type Told } from '../../../../../service/src/stores/quorum/rules/seeding.ts';

const at = (number: number, change: Partial<Register<string>> = {}): Register<string> => ({ ...EMPTY_REGISTER, promised: number, promisedBy: `p${number}`, accepted: { number, step: 0 }, acceptedBy: `p${number}`, state: `${number}`, ...change });
const told = (register: Register<string>, change: Partial<Kept<string>> = {}, nowMs = 0): Told<string> => ({ kept: { register, vote: undefined, floor: 0, ...change }, nowMs });
const vote = (value: string, untilMs: number): Partial<Kept<string>> => ({ vote: { value, untilMs } });

t.test('the newest state is taken over, and the largest promise, whoever has them', async (t) => {
  const { register } = seedOf([told(at(3)), told(at(2, { promised: 9, promisedBy: 'p9' }))], 0);
  t.match(register, { accepted: { number: 3, step: 0 }, acceptedBy: 'p3', state: '3', promised: 9, promisedBy: 'p9' });
});

t.test('the largest floor is taken over', async (t) => {
  t.equal(seedOf([told(at(1), { floor: 4 }), told(at(1), { floor: 7 })], 0).floor, 7);
});

t.test('a lease that is live somewhere is taken over, for the longest that is left of it, by the new node’s clock', async (t) => {
  const lease = { value: 'v', untilMs: 100 };
  const seed = seedOf([told(at(3, lease), vote('v', 100), 40), told(at(3, { ...lease, untilMs: 1_090 }), vote('v', 1_090), 1_000)], 500);
  t.strictSame(seed.vote, { value: 'v', untilMs: 590 });
  t.match(seed.register, { value: 'v', untilMs: 590, renewedMs: 500 });
});

t.test('a lease is taken over from an older state too, if it is still in the newest', async (t) => {
  const seed = seedOf([told(at(3, { value: 'v' })), told(at(2, { value: 'v', untilMs: 80 }), vote('v', 80))], 10);
  t.strictSame(seed.vote, { value: 'v', untilMs: 90 });
  t.equal(seed.register.state, '3');
});

t.test('a lease whose vote or time is over is not live on the new node', async (t) => {
  const other = told(at(3, { value: 'v', untilMs: 100 }), vote('w', 100));
  t.match(seedOf([other, told(at(1))], 10), { vote: { value: 'w' }, register: { value: 'v', untilMs: 0 } });
  t.equal(seedOf([told(at(3, { value: 'v' })), told(at(2, { value: 'u', untilMs: 80 }), vote('v', 80))], 10).register.untilMs, 0, 'the time is another lease’s');
  for (const one of [told(at(3, { value: 'v', untilMs: 100 })), told(at(3, { value: 'v', untilMs: 100 }), vote('v', 100), 100)]) {
    const seed = seedOf([one, told(at(1))], 10);
    t.equal(seed.vote, undefined);
    t.match(seed.register, { value: 'v', untilMs: 0, renewedMs: 0 });
  }
});

t.test('the vote of a lease comes before one that nobody has claimed, however long that lasts', async (t) => {
  t.strictSame(seedOf([told(at(3, { value: 'v', untilMs: 100 }), vote('v', 100)), told(at(1), vote('w', 900))], 0).vote, { value: 'v', untilMs: 100 });
});

t.test('a vote that nobody has claimed yet is taken over, the one that lasts longest', async (t) => {
  t.strictSame(seedOf([told(at(1), vote('v', 30)), told(at(1), vote('w', 1_020), 1_000)], 100).vote, { value: 'v', untilMs: 130 });
  t.equal(seedOf([told(at(1), vote('v', 30), 30), told(at(1))], 100).vote, undefined);
});

t.test('a session that nobody knows is given as nothing', async (t) => {
  t.match(seedOf([told(EMPTY_REGISTER), told(EMPTY_REGISTER, { floor: 2 })], 5), { register: { accepted: { number: 0 }, promised: 0, state: undefined }, vote: undefined, floor: 2 });
});
