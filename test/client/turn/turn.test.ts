/** A turn brings its reply to its receiver, or leaves it where others find it. */
import { getEventListeners } from 'node:events';
import t from 'tap';
import { DeliveryError, LeaseHeldError, ServiceUnavailableError } from '../../../client/src/index.ts';
import { failureOf, SESSION, turnScene } from '../../support/turn-scene.ts';
import { pumped } from '../../support/pumped.ts';

const never = (): string => {
  throw new Error('nothing was to be generated');
};

t.test('a turn that nothing disturbs commits and delivers once, and leaves a delivered record', async (t) => {
  const { turn, gateway, holder, requests, clock } = await turnScene(t, { events: false });
  const before = clock.armed;
  const result = await turn(() => 'hello');
  t.match(result, { outcome: 'delivered', takeovers: 0, attempts: 1, reply: 'hello', spooled: false });
  t.match(gateway.commits, [{ reply: 'hello', context: { rebase: false, replyId: result.replyId } }]);
  t.match(gateway.sent, [{ reply: 'hello', context: { attempt: 1, maybeDelivered: false, fencingToken: result.fencingToken } }]);
  t.match(await holder.replies.read(SESSION, result.replyId), { state: 'delivered', committed: true });
  t.equal((await holder.inspect(SESSION)).held, false);
  t.strictSame(
    requests.slice(0, 5).map((request) => request.split('/').at(-1)!.replace(result.replyId, 'ID')),
    [SESSION.replaceAll(':', '%3A'), 'ID', 'attempts', 'attempts', SESSION.replaceAll(':', '%3A')],
  );
  t.ok(clock.armed <= before + 1, 'no timer of the turn is left');
});

t.test('nothing of a turn stays behind on the caller’s signal', async (t) => {
  const { turn } = await turnScene(t);
  const { signal } = new AbortController();
  await turn(({ retry }) => retry(() => 'hello'), { signal });
  t.equal(getEventListeners(signal, 'abort').length, 0);
});

t.test('what commit throws otherwise is told as a failed attempt, and the reply stays', async (t) => {
  const { turn, gateway, holder } = await turnScene(t);
  gateway.onCommit = () => {
    throw new TypeError('no such file');
  };
  const result = await turn(() => 'hello');
  t.match(result, { outcome: 'parked', attempts: 1, error: { message: 'no such file' } });
  t.equal(gateway.sent.length, 0);
  t.match(await holder.replies.read(SESSION, result.replyId), { state: 'parked', committed: false, attempts: 1, lastError: 'commit: TypeError: no such file' });
});

t.test('what deliver throws decides between parked, unknown and dead', async (t) => {
  const cases = [
    [new DeliveryError('transient', 'later'), 'parked'],
    [new DeliveryError('unknown', 'no answer'), 'unknown'],
    [new DeliveryError('permanent', 'blocked'), 'dead'],
    [Object.assign(new Error('bad gateway'), { status: 502 }), 'parked'],
    [Object.assign(new Error('reset'), { code: 'ECONNRESET' }), 'unknown'],
    [new TypeError('a fault'), 'unknown'],
  ] as const;
  for (const [error, outcome] of cases) {
    const { turn, gateway, holder } = await turnScene(t);
    gateway.onDeliver = () => {
      throw error;
    };
    const result = await turn(() => 'hello');
    t.match(result, { outcome, attempts: 1, error }, error.message);
    t.match(await holder.replies.read(SESSION, result.replyId), { state: outcome, committed: true });
  }
});

t.test('the application’s own verdict on a failed delivery counts', async (t) => {
  const { turn, gateway } = await turnScene(t);
  gateway.onDeliver = () => {
    throw new TypeError('a fault before anything was sent');
  };
  t.match(await turn(() => 'hello', { classifyDelivery: () => 'permanent' }), { outcome: 'dead' });
});

t.test('what generate throws comes out as it is, and the session is free', async (t) => {
  const fault = new Error('the model is out of order');
  for (const generate of [never, () => Promise.reject(fault)]) {
    const { turn, holder, requests } = await turnScene(t);
    t.match(await failureOf(turn(generate)), generate === never ? { message: 'nothing was to be generated' } : fault);
    t.equal((await holder.inspect(SESSION)).held, false);
    t.notOk(requests.some((request) => request.includes('/v1/replies')));
  }
});

t.test('a turn inside a turn of the same session delivers first', async (t) => {
  const { turn, holder, gateway, handlers } = await turnScene(t);
  await turn(async () => {
    await holder.turn(SESSION, handlers(() => 'inner'));
    return 'outer';
  });
  t.strictSame(gateway.sent.map(({ reply }) => reply), ['inner', 'outer']);
});

t.test('a busy session: rejected where that is wanted, else waited for', async (t) => {
  const { turn, client, queued, clock, holder, handlers } = await turnScene(t);
  const lease = await client('gateway-3').acquire(SESSION);
  t.type(await failureOf(turn(never, { onBusy: 'reject' })), LeaseHeldError);
  const waiting = holder.turn(SESSION, handlers(() => 'hello'));
  await queued(SESSION, 1);
  await lease.release();
  t.match(await pumped(clock, waiting), { outcome: 'delivered' });
});

t.test('the service away: nothing is begun without a lease', async (t) => {
  const { turn, app } = await turnScene(t, { requestTimeoutMs: 50, events: false });
  await app.close();
  t.type(await failureOf(turn(never, { waitMs: 0 })), ServiceUnavailableError);
});
