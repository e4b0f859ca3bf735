/** A turn survives the loss of its lease, in every phase, and gives back what it took. */
import t from 'tap';
import { type LeaseClient, LeaseEndedError, LeaseLostError, LeaseUncertainError, StaleFencingTokenError } from '../../../client/src/index.ts';
import { SESSION, turnScene } from '../../support/turn-scene.ts';
import { until } from '../../support/until.ts';

const stateOf = async ({ holder }: { holder: LeaseClient }, replyId: string): Promise<string> => (await holder.replies.read(SESSION, replyId)).state;

t.test('a takeover while the reply is generated: it is parked under the stale token, and brought to its end behind the other', async (t) => {
  const { turn, gateway, takeOver, holder } = await turnScene(t);
  let begun = 0;
  const result = await turn(async ({ lease }) => {
    begun = lease.fencingToken;
    await takeOver();
    return 'finished all the same';
  });
  t.match(result, { outcome: 'delivered', takeovers: 1 });
  t.not(result.fencingToken, begun);
  t.match(gateway.commits, [{ context: { rebase: true, fencingToken: result.fencingToken } }]);
  t.match(await holder.replies.read(SESSION, result.replyId), { fencingToken: begun, state: 'delivered' });
  t.equal((await holder.inspect(SESSION)).held, false, 'the lease that was regained is given back');
});

t.test('a takeover seen by the commit: the write goes under the next lease, with rebase', async (t) => {
  for (const how of ['synchronously', 'asynchronously']) {
    const { turn, gateway, takeOver } = await turnScene(t);
    const tokens: number[] = [];
    gateway.onCommit = async (_reply, { fencingToken }) => {
      tokens.push(fencingToken);
      if (tokens.length > 1) return;
      await takeOver();
      throw new StaleFencingTokenError({ fencingToken });
    };
    const result = await turn(() => 'hello');
    t.match(result, { outcome: 'delivered', takeovers: 1, attempts: 1 }, how);
    t.ok(tokens[1]! > tokens[0]!);
    t.match(gateway.commits, [{ context: { rebase: true } }]);
  }
});

t.test('a takeover seen by the delivery, whose fence refuses: it goes out again, marked, under the next lease', async (t) => {
  const { turn, gateway, takeOver } = await turnScene(t);
  let calls = 0;
  gateway.onDeliver = async (_reply, { fencingToken }) => {
    if ((calls += 1) > 1) return;
    await takeOver();
    throw new StaleFencingTokenError({ fencingToken });
  };
  t.match(await turn(() => 'hello'), { outcome: 'delivered', takeovers: 1, attempts: 2 });
  t.match(gateway.sent, [{ context: { attempt: 2, maybeDelivered: true } }]);
});

t.test('a courier that delivered it while the session was away is noticed, and nothing is sent twice', async (t) => {
  const { turn, gateway, client, holder } = await turnScene(t);
  const sent: unknown[] = [];
  gateway.onCommit = async (_reply, { fencingToken, replyId }) => {
    await holder.revoke(SESSION, { reason: 'a takeover' });
    const courier = client('courier').courier({ commit: () => {}, deliver: (reply) => void sent.push(reply) });
    await until('the courier has delivered', async () => (await holder.replies.read(SESSION, replyId)).state === 'delivered');
    await courier.close();
    throw new StaleFencingTokenError({ fencingToken });
  };
  t.match(await turn(() => 'hello'), { outcome: 'delivered', takeovers: 1, attempts: 1 });
  t.strictSame([sent, gateway.sent], [['hello'], []]);
});

t.test('a lease that was lost in silence, and stands, is gone on with: same token, no rebase', async (t) => {
  const { turn, gateway, clock, holder } = await turnScene(t, { events: false });
  const result = await turn(async ({ lease }) => {
    clock.pause(29_700); // Past the local deadline, and before the service’s.
    t.equal(lease.held, false);
    return 'hello';
  });
  t.match(result, { outcome: 'delivered', takeovers: 0 });
  t.match(gateway.commits, [{ context: { rebase: false } }]);
  t.equal((await holder.inspect(SESSION)).held, false);
});

t.test('a deadline that passed without its timer having fired counts as passed in silence', async (t) => {
  const { turn, gateway, clock } = await turnScene(t, { events: false });
  gateway.onCommit = () => {
    if (gateway.onCommit.length === 0) gateway.onCommit = () => {};
    clock.stepWall(29_700);
  };
  t.match(await turn(() => 'hello'), { outcome: 'delivered', takeovers: 0 });
});

t.test('whoever says again and again that a lease is lost, while it stands, is not asked for ever', async (t) => {
  const foreign = new LeaseLostError({ session: 'another', fencingToken: 1, endedBecause: 'expired' });
  for (const error of [foreign, new LeaseUncertainError(), new LeaseEndedError('released')]) {
    const { turn, gateway, holder, requests } = await turnScene(t);
    let calls = 0;
    gateway.onCommit = () => {
      calls += 1;
      throw error;
    };
    const result = await turn(() => 'hello');
    t.match(result, { outcome: 'parked', takeovers: 0, attempts: 0, error }, error.name);
    t.equal(calls, 5);
    t.equal(await stateOf({ holder }, result.replyId), 'parked');
    t.ok(requests.length < 40, `${requests.length} requests`);
  }
});

t.test('a resource that has seen a larger token than the live one is not asked again', async (t) => {
  const { turn, gateway, holder } = await turnScene(t);
  let calls = 0;
  gateway.onCommit = (_reply, { fencingToken }) => {
    calls += 1;
    throw new StaleFencingTokenError({ fencingToken, currentToken: fencingToken + 1 });
  };
  const result = await turn(() => 'hello');
  t.match(result, { outcome: 'parked', takeovers: 0, error: { code: 'stale-fencing-token' } });
  t.equal(calls, 1);
  t.equal((await holder.inspect(SESSION)).held, false);
});

t.test('a session that is taken over again and again is acquired three times, and the reply stays parked', async (t) => {
  const { turn, gateway, takeOver, holder } = await turnScene(t);
  let calls = 0;
  gateway.onCommit = async (_reply, { fencingToken }) => {
    calls += 1;
    await takeOver();
    throw new StaleFencingTokenError({ fencingToken });
  };
  const result = await turn(() => 'hello');
  t.match(result, { outcome: 'parked', takeovers: 4, error: { code: 'stale-fencing-token' } });
  t.equal(calls, 4);
  t.equal(await stateOf({ holder }, result.replyId), 'parked');
});

t.test('no reacquisition where none is wanted', async (t) => {
  const { turn, takeOver, holder, gateway } = await turnScene(t);
  const result = await turn(
    async () => {
      await takeOver();
      return 'hello';
    },
    { reacquisitions: 0 },
  );
  t.match(result, { outcome: 'parked', takeovers: 1, attempts: 0, error: LeaseLostError });
  t.equal(gateway.commits.length, 0);
  t.equal(await stateOf({ holder }, result.replyId), 'parked');
});

t.test('a session that stays with the other is asked for three times; that is one takeover, and the reply stays parked', async (t) => {
  const { turn, takeOver, client, requests, holder } = await turnScene(t);
  const rival = client('gateway-3', { events: false });
  const result = await turn(
    async () => {
      await takeOver();
      await rival.acquire(SESSION);
      requests.length = 0;
      return 'hello';
    },
    { waitMs: 0 },
  );
  t.match(result, { outcome: 'parked', takeovers: 1, error: { code: 'lease-held' } });
  t.equal(requests.filter((request) => request.startsWith('PUT /v1/leases')).length, 3);
  t.equal((await holder.replies.read(SESSION, result.replyId)).state, 'parked');
  await rival.close();
});
