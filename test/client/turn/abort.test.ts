/** Whoever gives a turn up ends it at its next step; what was generated is kept. */
import t from 'tap';
import { type Lease, type LeaseClient } from '../../../client/src/index.ts';
import { failureOf, SESSION, turnScene } from '../../support/turn-scene.ts';
import { pumped } from '../../support/pumped.ts';

const stateOf = async ({ holder }: { holder: LeaseClient }, replyId: string): Promise<string> => (await holder.replies.read(SESSION, replyId)).state;
const never = (): string => {
  throw new Error('nothing was to be generated');
};

t.test('an aborted signal ends the turn in each phase; what is generated is kept', async (t) => {
  const reason = new Error('the user went away');
  await t.test('before it begins', async (t) => {
    const { turn, requests } = await turnScene(t);
    t.equal(await failureOf(turn(never, { signal: AbortSignal.abort(reason) })), reason);
    t.strictSame(requests, []);
  });
  await t.test('while it waits for the session', async (t) => {
    const { holder, client, queued, clock, handlers } = await turnScene(t);
    const lease = await client('gateway-3').acquire(SESSION);
    const user = new AbortController();
    const waiting = failureOf(holder.turn(SESSION, handlers(never), { signal: user.signal }));
    await queued(SESSION, 1);
    user.abort(reason);
    t.equal(await pumped(clock, waiting), reason);
    await queued(SESSION, 0);
    await lease.release();
  });
  await t.test('while it looks for a known reply, or at the earlier ones', async (t) => {
    const user = new AbortController();
    const { turn, parkEarlier, holder } = await turnScene(t, { onCheckpoint: (point) => (point === 'read known: before' || point === 'list earlier: before' ? user.abort(reason) : undefined) });
    await parkEarlier('m0');
    t.equal(await failureOf(turn(never, { signal: user.signal, replyId: 'm1' })), reason);
    t.equal((await holder.inspect(SESSION)).held, false);
    t.equal(await stateOf({ holder }, 'm0'), 'parked');
  });
  await t.test('while it generates', async (t) => {
    const { turn, holder, gateway } = await turnScene(t);
    const user = new AbortController();
    const error = await failureOf(turn(({ signal }) => {
      user.abort(reason);
      signal.throwIfAborted();
      return 'never';
    }, { signal: user.signal }));
    t.equal(error, reason);
    const result = await turn(() => {
      user.abort(reason);
      return 'done by then';
    }, { signal: new AbortController().signal });
    t.match(result, { outcome: 'delivered' });
    t.equal((await holder.inspect(SESSION)).held, false);
    t.equal(gateway.sent.length, 1);
  });
  await t.test('after it has generated: parked, with the reason', async (t) => {
    const { turn, holder, gateway } = await turnScene(t);
    const user = new AbortController();
    const result = await turn(() => {
      user.abort(reason);
      return 'paid for';
    }, { signal: user.signal });
    t.match(result, { outcome: 'parked', attempts: 0, error: reason });
    t.equal(await stateOf({ holder }, result.replyId), 'parked');
    t.strictSame(gateway.commits, []);
  });
  await t.test('while it commits: nothing is sent, and no attempt is told', async (t) => {
    for (const heeds of [true, false]) {
      const { turn, holder, gateway } = await turnScene(t);
      const user = new AbortController();
      gateway.onCommit = (_reply, { signal }) => {
        user.abort(reason);
        if (heeds) signal.throwIfAborted();
      };
      const result = await turn(() => 'paid for', { signal: user.signal });
      t.match(result, { outcome: 'parked', error: reason });
      t.strictSame(gateway.sent, []);
      t.match(await holder.replies.read(SESSION, result.replyId), { state: 'parked' });
    }
  });
  await t.test('while it tells that it sends: nothing is sent, and that is told', async (t) => {
    const user = new AbortController();
    const { turn, gateway, holder } = await turnScene(t, { onCheckpoint: (point) => (point === 'take: before' ? user.abort(reason) : undefined) });
    const result = await turn(() => 'paid for', { signal: user.signal });
    t.match(result, { outcome: 'parked', attempts: 1 });
    t.strictSame(gateway.sent, []);
    t.match(await holder.replies.read(SESSION, result.replyId), { state: 'parked', committed: true });
  });
  await t.test('while it delivers: what came of it is told all the same', async (t) => {
    for (const heeds of [true, false]) {
      const { turn, holder, gateway } = await turnScene(t);
      const user = new AbortController();
      gateway.onDeliver = (_reply, { signal }) => {
        user.abort(reason);
        if (heeds) signal.throwIfAborted();
      };
      const result = await turn(() => 'paid for', { signal: user.signal });
      t.match(result, { outcome: heeds ? 'unknown' : 'delivered' });
      t.equal(await stateOf({ holder }, result.replyId), heeds ? 'unknown' : 'delivered');
    }
  });
  await t.test('while it comes back to a lost session', async (t) => {
    const { holder, client, queued, clock, handlers, takeOver } = await turnScene(t);
    const user = new AbortController();
    const third = client('gateway-3', { events: false });
    let rival: Lease | undefined;
    const running = holder.turn(SESSION, handlers(async () => {
      await takeOver();
      rival = await third.acquire(SESSION);
      return 'paid for';
    }), { signal: user.signal });
    await pumped(clock, queued(SESSION, 1));
    user.abort(reason);
    t.match(await pumped(clock, running), { outcome: 'parked', takeovers: 1, error: reason });
    await queued(SESSION, 0);
    await rival?.release();
  });
});
