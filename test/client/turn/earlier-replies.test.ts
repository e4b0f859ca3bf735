/** What earlier holders left is offered first, in order, and never holds a turn up for ever. */
import t from 'tap';
import { DeliveryError, StaleFencingTokenError, type EarlierDecision, type LeaseClient } from '../../../client/src/index.ts';
import { failureOf, SESSION, turnScene } from '../../support/turn-scene.ts';
import { pumped } from '../../support/pumped.ts';

const statesOf = async (client: LeaseClient): Promise<Record<string, string>> => {
  const states: Record<string, string> = {};
  for await (const { replyId, state } of client.replies.list({ session: SESSION })) states[replyId] = state;
  return states;
};

const repliesIn = (steps: readonly { readonly reply: string }[]): string[] => steps.map(({ reply }) => reply);

t.test('they are committed and delivered before anything is generated, in order', async (t) => {
  const { turn, gateway, parkEarlier, holder } = await turnScene(t);
  await parkEarlier('a');
  await parkEarlier('b');
  const result = await turn(({ parked }) => {
    t.strictSame(parked, []);
    t.strictSame(repliesIn(gateway.sent), ['a', 'b']);
    return 'mine';
  }, { replyId: 'mine' });
  t.match(result, { outcome: 'delivered' });
  t.strictSame([repliesIn(gateway.commits), repliesIn(gateway.sent)], [['a', 'b', 'mine'], ['a', 'b', 'mine']]);
  t.match(gateway.commits.map(({ context }) => context.rebase), [true, true, false]);
  t.strictSame(await statesOf(holder), { a: 'delivered', b: 'delivered', mine: 'delivered' });
});

t.test('the application decides about each, once, with all that is known of it', async (t) => {
  const { turn, gateway, parkEarlier, holder } = await turnScene(t);
  for (const replyId of ['send', 'weave', 'drop']) await parkEarlier(replyId);
  const asked: string[] = [];
  const parked = ({ replyId, ...facts }: { replyId: string }): EarlierDecision => {
    asked.push(replyId);
    t.match(facts, { session: SESSION, reply: replyId, holder: 'gateway-2', committed: false, maybeDelivered: false, attempts: 0 });
    return replyId === 'weave' ? 'merge' : replyId === 'drop' ? { discard: 'out of date' } : 'deliver';
  };
  const result = await turn(({ parked: woven }) => `new, with ${woven.map(({ reply }) => reply).join()}`, { parked, replyId: 'mine' });
  t.match(result, { outcome: 'delivered', reply: 'new, with weave' });
  t.strictSame(asked, ['send', 'weave', 'drop']);
  t.strictSame(repliesIn(gateway.sent), ['send', 'new, with weave']);
  t.match(await holder.replies.read(SESSION, 'weave'), { state: 'superseded', reason: 'merged into mine' });
  t.match(await holder.replies.read(SESSION, 'drop'), { state: 'superseded', reason: 'out of date' });
});

t.test('one that stands behind a merged one waits for it, and goes before the new one', async (t) => {
  const { turn, gateway, parkEarlier } = await turnScene(t);
  await parkEarlier('weave');
  await parkEarlier('send');
  await turn(() => 'mine', { parked: ({ replyId }) => (replyId === 'weave' ? 'merge' : 'deliver') });
  t.strictSame([repliesIn(gateway.commits), repliesIn(gateway.sent)], [['send', 'mine'], ['send', 'mine']]);
});

t.test('a merged one is not given up where nothing was generated', async (t) => {
  const { turn, parkEarlier, holder } = await turnScene(t);
  await parkEarlier('a');
  const fault = new Error('out of order');
  t.equal(await failureOf(turn(() => Promise.reject(fault), { parked: () => 'merge' })), fault);
  t.strictSame(await statesOf(holder), { a: 'parked' });
});

t.test('one that is left stays, and the turn’s own stays behind it, unwritten', async (t) => {
  const { turn, gateway, parkEarlier, holder } = await turnScene(t);
  await parkEarlier('a');
  const asked: string[] = [];
  const parked = async ({ replyId }: { replyId: string }): Promise<EarlierDecision> => (asked.push(replyId), 'leave');
  t.match(await turn(() => 'mine', { parked, replyId: 'mine' }), { outcome: 'parked', attempts: 0 });
  t.strictSame([gateway.commits, gateway.sent, asked], [[], [], ['a']]);
  t.strictSame(await statesOf(holder), { a: 'parked', mine: 'parked' });
});

t.test('one that fails is tried again once the reply is there, and then the turn’s own stays behind it', async (t) => {
  const { turn, gateway, parkEarlier, holder } = await turnScene(t);
  await parkEarlier('a');
  gateway.onDeliver = () => {
    throw new DeliveryError('transient', 'the channel is away');
  };
  t.match(await turn(() => 'mine', { replyId: 'mine' }), { outcome: 'parked', attempts: 0 });
  t.strictSame(repliesIn(gateway.commits), ['a'], 'the transcript keeps the order too');
  t.match(await holder.replies.read(SESSION, 'a'), { state: 'parked', attempts: 2, committed: true });
  gateway.onDeliver = () => {};
  await turn(() => 'next');
  t.strictSame(repliesIn(gateway.sent), ['a', 'mine', 'next']);
});

t.test('one that is refused for good is dead, and in nobody’s way', async (t) => {
  const { turn, gateway, parkEarlier, holder } = await turnScene(t);
  await parkEarlier('a');
  gateway.onDeliver = (reply) => {
    if (reply === 'a') throw new DeliveryError('permanent', 'blocked');
  };
  t.match(await turn(() => 'mine', { replyId: 'mine' }), { outcome: 'delivered' });
  t.strictSame(await statesOf(holder), { a: 'dead', mine: 'delivered' });
});

t.test('what commit says of one is told, and the turn’s own stays behind it', async (t) => {
  const { turn, gateway, parkEarlier, holder } = await turnScene(t);
  await parkEarlier('a');
  gateway.onCommit = (reply) => {
    if (reply === 'a') throw new Error('no such file');
  };
  t.match(await turn(() => 'mine'), { outcome: 'parked' });
  t.match(await holder.replies.read(SESSION, 'a'), { state: 'parked', lastError: 'commit: Error: no such file' });
  t.strictSame(gateway.sent, []);
});

t.test('one that is parked late goes first', async (t) => {
  const { turn, gateway, holder, client } = await turnScene(t);
  const token = await client('gateway-0').withLease(SESSION, ({ fencingToken }) => fencingToken);
  const result = await turn(async () => {
    await holder.replies.park(SESSION, 'late', { fencingToken: token, payload: 'late' });
    return 'mine';
  });
  t.match(result, { outcome: 'delivered' });
  t.strictSame(repliesIn(gateway.sent), ['late', 'mine']);
});

t.test('one that is parked late can be left, given up, and comes too late for merging', async (t) => {
  const cases: [EarlierDecision, string, string[]][] = [
    ['leave', 'parked', []],
    [{ discard: 'too late' }, 'delivered', ['mine']],
    ['merge', 'delivered', ['late', 'mine']],
  ];
  for (const [decision, outcome, sent] of cases) {
    const { turn, gateway, holder, client } = await turnScene(t);
    const token = await client('gateway-0').withLease(SESSION, ({ fencingToken }) => fencingToken);
    const result = await turn(async () => {
      await holder.replies.park(SESSION, 'late', { fencingToken: token, payload: 'late' });
      return 'mine';
    }, { parked: () => decision });
    t.match(result, { outcome }, JSON.stringify(decision));
    t.strictSame(repliesIn(gateway.sent), sent);
  }
});

t.test('one that an operator discards meanwhile is not committed any more', async (t) => {
  const operator: { client?: LeaseClient } = {};
  const { turn, gateway, parkEarlier, client, holder } = await turnScene(t);
  operator.client = client('operator', { events: false });
  await parkEarlier('a');
  await parkEarlier('b');
  gateway.onDeliver = (reply) => (reply === 'a' ? operator.client!.replies.discard(SESSION, 'b', { reason: 'not wanted' }) : undefined);
  await turn(() => 'mine', { replyId: 'mine' });
  t.strictSame(repliesIn(gateway.commits), ['a', 'mine']);
  t.strictSame(await statesOf(holder), { a: 'delivered', b: 'superseded', mine: 'delivered' });
});

t.test('one whose sending was never settled can be neither merged nor given up: the turn’s own stays behind it, or goes after it', async (t) => {
  for (const [decision, sent] of [[{ discard: 'not wanted' }, []], ['merge', ['a', 'mine']], ['deliver', ['a', 'mine']]] as [EarlierDecision, string[]][]) {
    const { app, clock, holder, gateway, parkEarlier, handlers } = await turnScene(t);
    await parkEarlier('a');
    const lease = await holder.acquire(SESSION);
    // As after an attempt of the same lease whose outcome could not be told.
    const url = `/v1/replies/${encodeURIComponent(SESSION)}/a/attempts`;
    const headers = { 'lease-id': lease.export().leaseId };
    const { statusCode } = await app.inject({ method: 'POST', url, headers, payload: { attempt: 1, outcome: 'sending' } });
    t.equal(statusCode, 200);
    const result = await pumped(clock, holder.turn(lease, handlers(() => 'mine'), { parked: () => decision }));
    t.match(result, { outcome: sent.length > 0 ? 'delivered' : 'parked' }, JSON.stringify(decision));
    t.strictSame(repliesIn(gateway.sent), sent);
    await lease.release();
  }
});

t.test('a session that is lost at an earlier reply is regained before anything is generated', async (t) => {
  const { turn, gateway, parkEarlier, takeOver } = await turnScene(t);
  await parkEarlier('a');
  let calls = 0;
  gateway.onCommit = async (_reply, { fencingToken }) => {
    if ((calls += 1) > 1) return;
    await takeOver();
    throw new StaleFencingTokenError({ fencingToken });
  };
  const result = await turn(({ lease }) => {
    t.equal(lease.held, true);
    return 'mine';
  });
  t.match(result, { outcome: 'delivered', takeovers: 1 });
  t.match(gateway.commits.map(({ context }) => context.rebase), [true, false], 'what was generated after the loss needs no rebase');
  t.strictSame(repliesIn(gateway.sent), ['a', 'mine']);
});

t.test('a session that is lost while something is discarded is regained for it', async (t) => {
  const { turn, parkEarlier, takeOver, holder } = await turnScene(t);
  await parkEarlier('a');
  const parked = async (): Promise<EarlierDecision> => {
    await takeOver();
    return { discard: 'out of date' };
  };
  t.match(await turn(() => 'mine', { parked, replyId: 'mine' }), { outcome: 'delivered', takeovers: 1 });
  t.strictSame(await statesOf(holder), { a: 'superseded', mine: 'delivered' });
});

t.test('a session that is lost while the decision is made, and the reply delivered by the other, is looked at again', async (t) => {
  const { turn, parkEarlier, holder, client, gateway } = await turnScene(t);
  await parkEarlier('a');
  const other = client('gateway-9', { events: false });
  const parked = async (): Promise<EarlierDecision> => {
    await holder.revoke(SESSION, { reason: 'a takeover' });
    await other.turn(SESSION, { generate: () => 'theirs', commit: () => {}, deliver: () => {} });
    return 'deliver';
  };
  t.match(await turn(() => 'mine', { parked }), { outcome: 'delivered', takeovers: 1 });
  t.strictSame(repliesIn(gateway.sent), ['mine']);
});

t.test('a fault of the decision comes out before anything is generated, and nothing is lost', async (t) => {
  for (const [parked, match] of [
    [() => { throw new Error('no idea'); }, { message: 'no idea' }],
    [() => 'remove', { code: 'request-invalid', message: /parked must answer/ }],
    [() => null, { code: 'request-invalid' }],
    [async () => ({ discard: 7 }), { code: 'request-invalid' }],
  ] as [() => EarlierDecision, object][]) {
    const { turn, parkEarlier, holder } = await turnScene(t);
    await parkEarlier('a');
    t.match(await failureOf(turn(() => 'never', { parked })), match);
    t.strictSame(await statesOf(holder), { a: 'parked' });
    t.equal((await holder.inspect(SESSION)).held, false);
  }
});
