/** What a gateway's authors can prove with the testing kit: whatever happens around a turn, its reply is not lost. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { StaleFencingTokenError, type LeaseClient, type TurnOptions, type TurnResult } from '../../../client/src/index.ts';
import { startKit, type Kit } from '../../support/kit.ts';
import { failureOf, handlersOf, newGateway, SESSION, type Generate, type Gateway } from '../../support/turn-scene.ts';
import { until } from '../../support/until.ts';

interface Scene extends Kit {
  readonly gateway: Gateway;
  readonly holder: LeaseClient;
  turn(generate: Generate, options?: TurnOptions<string>): Promise<TurnResult<string>>;
}

const scene = async (t: Parameters<typeof startKit>[0], options: Parameters<Kit['client']>[1] = {}): Promise<Scene> => {
  const kit = await startKit(t);
  const gateway = newGateway();
  const holder = kit.client('gateway-1', options);
  return { ...kit, gateway, holder, turn: (generate, turnOptions = {}) => holder.turn(SESSION, handlersOf(gateway, generate), turnOptions) };
};

/** Lets time go on until the promise is settled. */
const whileTimeGoesOn = async <T>({ holdfast }: Kit, promise: Promise<T>): Promise<T> => {
  let settled = false;
  const watched = promise.finally(() => (settled = true));
  watched.catch(() => {}); // It is awaited below, when time has gone on.
  for (let steps = 0; !settled && steps < 500; steps += 1) await holdfast.advance(250);
  return watched;
};

const stateOf = async ({ holder }: Scene, replyId: string): Promise<string> => (await holder.replies.read(SESSION, replyId)).state;

t.test('taken over while it generates: delivered behind the other, once, with rebase', async (t) => {
  const on = await scene(t);
  const running = on.turn(async ({ lease }) => {
    const rival = await on.holdfast.takeOver(SESSION, { ttlMs: 5_000 });
    await until('the loss is known', () => lease.signal.aborted);
    t.match(lease.signal.reason, { endedBecause: 'expired', successor: { holder: rival.holder } });
    return 'paid for';
  });
  t.match(await whileTimeGoesOn(on, running), { outcome: 'delivered', takeovers: 1, attempts: 1 });
  t.match(on.gateway.sent, [{ reply: 'paid for', context: { attempt: 1, maybeDelivered: false } }]);
  t.match(on.gateway.commits, [{ context: { rebase: true } }]);
});

t.test('taken over while it commits: written again under the next lease, delivered once', async (t) => {
  const on = await scene(t);
  let calls = 0;
  on.gateway.onCommit = async (_reply, { fencingToken }) => {
    if ((calls += 1) > 1) return;
    const { fencingToken: currentToken, release } = await on.holdfast.takeOver(SESSION);
    await release();
    throw new StaleFencingTokenError({ fencingToken, currentToken });
  };
  t.match(await whileTimeGoesOn(on, on.turn(() => 'paid for')), { outcome: 'delivered', takeovers: 1, attempts: 1 });
  t.equal(calls, 2);
});

t.test('taken over while it delivers: that it has arrived is still taken, and it is not sent again', async (t) => {
  const on = await scene(t);
  on.gateway.onDeliver = async () => {
    await on.holdfast.takeOver(SESSION, { ttlMs: 60_000 });
  };
  const result = await whileTimeGoesOn(on, on.turn(() => 'paid for'));
  t.match(result, { outcome: 'delivered', attempts: 1 });
  t.equal(await stateOf(on, result.replyId), 'delivered');
  t.equal(on.gateway.sent.length, 1);
});

t.test('taken over while it delivers, and the channel’s answer is lost: unknown, and it goes out again under its id, marked', async (t) => {
  const on = await scene(t);
  let calls = 0;
  on.gateway.onDeliver = async () => {
    if ((calls += 1) > 1) return;
    const { release } = await on.holdfast.takeOver(SESSION);
    await release();
    throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  };
  t.match(await whileTimeGoesOn(on, on.turn(() => 'paid for')), { outcome: 'delivered', attempts: 2, takeovers: 1 });
  t.match(on.gateway.sent, [{ context: { attempt: 2, maybeDelivered: true } }]);
});

t.test('expired in the middle of a retry: the next attempt begins under the next lease', async (t) => {
  const on = await scene(t);
  const running = on.turn((context) =>
    context.retry(async ({ attempt }) => {
      if (attempt > 1) return `held: ${context.lease.held}`;
      await on.holdfast.expire(SESSION);
      await until('the loss is known', () => !context.lease.held);
      throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    }),
  );
  t.match(await whileTimeGoesOn(on, running), { outcome: 'delivered', reply: 'held: true', takeovers: 1 });
});

t.test('silence at park: the reply is in the spool, and a courier brings it when the service is back', async (t) => {
  const spoolFolder = await mkdtemp(join(tmpdir(), 'holdfast-kit-'));
  t.teardown(() => rm(spoolFolder, { recursive: true, force: true }));
  const on = await scene(t, { spoolFolder, requestTimeoutMs: 100 });
  const running = on.turn(() => {
    on.holdfast.goSilent();
    return 'paid for';
  });
  const result = await whileTimeGoesOn(on, running);
  t.match(result, { outcome: 'parked', spooled: true });
  on.holdfast.comeBack();
  await on.holdfast.advance(31_000);
  const courier = on.holder.courier(handlersOf(on.gateway, () => 'never'));
  await whileTimeGoesOn(on, until('the courier has delivered it', () => on.gateway.sent.length === 1));
  await courier.close();
  t.match(on.gateway.sent, [{ reply: 'paid for', context: { replyId: result.replyId } }]);
});

t.test('silence at park, and no spool: the error has the reply', async (t) => {
  const on = await scene(t, { requestTimeoutMs: 100 });
  const running = failureOf(on.turn(() => {
    on.holdfast.goSilent();
    return 'paid for';
  }));
  t.match(await whileTimeGoesOn(on, running), { name: 'ReplyNotParkedError', reply: 'paid for', retryable: true });
  on.holdfast.comeBack();
});

t.test('silence after the reply was parked: it stays parked, and nothing is sent that could not be told', async (t) => {
  const on = await scene(t, { requestTimeoutMs: 100 });
  on.gateway.onCommit = () => on.holdfast.goSilent();
  const result = await whileTimeGoesOn(on, on.turn(() => 'paid for'));
  t.match(result, { outcome: 'parked', attempts: 0, error: { code: /service/ } });
  t.strictSame(on.gateway.sent, []);
  on.holdfast.comeBack();
  t.equal(await stateOf(on, result.replyId), 'parked');
});

t.test('silence after it was sent: the turn says delivered, and it goes out again under its id, marked', async (t) => {
  const on = await scene(t, { requestTimeoutMs: 100 });
  on.gateway.onDeliver = () => on.holdfast.goSilent();
  const result = await whileTimeGoesOn(on, on.turn(() => 'paid for', { replyId: 'm1' }));
  t.match(result, { outcome: 'delivered', attempts: 1, error: { code: /service/ } });
  on.holdfast.comeBack();
  on.gateway.onDeliver = () => {};
  await on.holdfast.advance(31_000);
  t.equal(await stateOf(on, 'm1'), 'unknown');
  t.match(await whileTimeGoesOn(on, on.turn(() => 'never', { replyId: 'm1' })), { outcome: 'delivered', attempts: 2 });
  t.match(on.gateway.sent[1], { context: { replyId: 'm1', maybeDelivered: true } });
});

t.test('silence that outlasts the lease: the same turn comes back', async (t) => {
  const on = await scene(t);
  const running = on.turn(async ({ lease, retry }) => {
    on.holdfast.goSilent();
    // To the end: the holder gives its lease up before the service does, and in between it could still be renewed.
    await on.holdfast.advance(31_000);
    t.notOk(lease.held);
    on.holdfast.comeBack();
    return retry(() => 'paid for');
  });
  t.match(await whileTimeGoesOn(on, running), { outcome: 'delivered', takeovers: 1 });
});

t.test('whichever answer is lost, everything happens once', async (t) => {
  const lost: [string, Parameters<Kit['holdfast']['dropNextAnswer']>[0]][] = [
    ['of the acquire', { method: 'PUT', path: /\/v1\/leases\// }],
    ['of the park', { method: 'PUT', path: /\/v1\/replies\// }],
    ['of the attempt’s beginning', { method: 'POST', path: /\/attempts/ }],
    ['of the release', { method: 'DELETE' }],
  ];
  for (const [what, match] of lost) {
    const on = await scene(t);
    const dropped = on.holdfast.dropNextAnswer(match);
    const result = await whileTimeGoesOn(on, on.turn(() => 'paid for'));
    await dropped;
    t.match(result, { outcome: 'delivered', attempts: 1, takeovers: 0 }, what);
    t.strictSame([on.gateway.commits.length, on.gateway.sent.length], [1, 1]);
    t.equal(await stateOf(on, result.replyId), 'delivered');
    t.equal((await on.holder.inspect(SESSION)).held, false);
  }
});

t.test('the answer to what came of it is lost: it is told again', async (t) => {
  const on = await scene(t);
  on.gateway.onDeliver = () => void on.holdfast.dropNextAnswer({ method: 'POST', path: /\/attempts/ }).catch(() => {});
  const result = await whileTimeGoesOn(on, on.turn(() => 'paid for'));
  t.match(result, { outcome: 'delivered', attempts: 1 });
  t.equal(await stateOf(on, result.replyId), 'delivered');
});

t.test('a service that stands still for a while costs time, and nothing else', async (t) => {
  const on = await scene(t);
  const running = on.turn(async () => {
    void on.holdfast.stall(2_000);
    return 'paid for';
  });
  t.match(await whileTimeGoesOn(on, running), { outcome: 'delivered', attempts: 1 });
  t.equal(on.gateway.sent.length, 1);
});
