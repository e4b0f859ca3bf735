/** The workload has the shape of the users' reports, is scaled in time as a whole, and comes from its seed alone. */
import t from 'tap';
import { planWorkload, type PlannedMessage, providerMs, REPORTED } from '../../../demo/workload/plan.ts';

const messages = planWorkload({ seed: 11, scale: 1, sessions: 900 });
const turns = messages.map(({ provider }) => providerMs(provider)).sort((one, other) => one - other);
const at = (share: number): number => turns[Math.floor(turns.length * share)] as number;
const isNear = (found: number, wanted: number, tolerance: number): boolean => Math.abs(found - wanted) <= tolerance;

/** The messages of each session, cut where a user had read the replies before writing again. */
const exchanges = (() => {
  const cut: PlannedMessage[][] = [];
  for (const session of new Set(messages.map((message) => message.session))) {
    let last: PlannedMessage | undefined;
    for (const message of messages.filter((each) => each.session === session)) {
      // A pause is at least 20 s after turns that take as long as they take; a follow-up comes at most 30 s later.
      const isFollowUp = last !== undefined && message.sendAtMs - last.sendAtMs <= 30_000 && message.sendAtMs - last.sendAtMs < providerMs(last.provider) + 20_000;
      if (isFollowUp) cut.at(-1)?.push(message);
      else cut.push([message]);
      last = message;
    }
  }
  return cut;
})();

t.test('turns have a median of 60 s and a 95th percentile of 240 s, and none takes over ten minutes', async (t) => {
  t.ok(turns.length > 4_000, `${turns.length} turns`);
  t.ok(isNear(at(0.5), 60_000, 2_500), String(at(0.5)));
  t.ok(isNear(at(0.95), 240_000, 15_000), String(at(0.95)));
  t.ok(at(0.9999) <= REPORTED.turnMaxMs);
});

t.test('a fifth of the turns gets a second message, and a quarter of those a third one', async (t) => {
  const followed = exchanges.filter(({ length }) => length > 1);
  t.ok(isNear(followed.length / exchanges.length, 0.2, 0.02), String(followed.length / exchanges.length));
  const bursts = followed.filter(({ length }) => length === 3).length / followed.length;
  t.ok(isNear(bursts, 0.25, 0.05), String(bursts));
  t.ok(exchanges.every(({ length }) => length <= 3));
  const gaps = followed.flatMap((exchange) => exchange.slice(1).map((message, index) => message.sendAtMs - (exchange[index] as PlannedMessage).sendAtMs));
  t.ok(gaps.every((ms) => ms >= 5_000 && ms <= 30_000), 'each 5 to 30 s after the one before');
});

t.test('a burst has 1 to 5 resets, and every call ends', async (t) => {
  const counts = messages.map(({ provider }) => provider.resetAfterMs.length);
  t.strictSame([...new Set(counts)].sort(), [0, 1, 2, 3, 4, 5]);
  t.ok(isNear(counts.filter((count) => count > 0).length / counts.length, REPORTED.resetShare, 0.02));
  t.ok(messages.every(({ provider }) => provider.answerAfterMs > 0 && provider.resetAfterMs.every((ms) => ms > 0)));
});

t.test('messages come in order of time, numbered in each session, for both gateways', async (t) => {
  t.strictSame(messages.map(({ sendAtMs }) => sendAtMs), messages.map(({ sendAtMs }) => sendAtMs).toSorted((one, other) => one - other));
  for (const session of ['agent:main:chat-1', 'agent:main:chat-900']) {
    const numbers = messages.filter((message) => message.session === session).map(({ sequence }) => sequence);
    t.strictSame(numbers, numbers.map((_, index) => index + 1));
  }
  t.equal(new Set(messages.map(({ messageId }) => messageId)).size, messages.length);
  t.ok(isNear(messages.filter(({ gateway }) => gateway === 'gateway-a').length / messages.length, 0.5, 0.03));
});

t.test('the scale divides every time, and changes nothing else', async (t) => {
  const slow = planWorkload({ seed: 3, scale: 1, sessions: 5 });
  const fast = planWorkload({ seed: 3, scale: 100, sessions: 5 });
  t.strictSame(fast, slow.map((message) => ({
    ...message,
    sendAtMs: message.sendAtMs / 100,
    provider: { resetAfterMs: message.provider.resetAfterMs.map((ms) => ms / 100), answerAfterMs: message.provider.answerAfterMs / 100 },
  })));
});

t.test('a seed repeats its workload, and another one makes another', async (t) => {
  t.strictSame(planWorkload({ seed: 3, scale: 100, sessions: 5 }), planWorkload({ seed: 3, scale: 100, sessions: 5 }));
  t.notSame(planWorkload({ seed: 3, scale: 100, sessions: 5 }), planWorkload({ seed: 4, scale: 100, sessions: 5 }));
});
