/** A turn under a lease that somebody else took uses it and leaves it; one that it had to take itself it gives back. */
import { getEventListeners } from 'node:events';
import t from 'tap';
import { SESSION, turnScene } from '../../support/turn-scene.ts';
import { pumped } from '../../support/pumped.ts';

t.test('a given lease is used, and not released', async (t) => {
  const { turn, gateway, holder } = await turnScene(t);
  const lease = await holder.acquire(SESSION);
  t.match(await turn(() => 'one', {}, lease), { outcome: 'delivered', fencingToken: lease.fencingToken });
  t.match(await turn(() => 'two', {}, lease), { outcome: 'delivered', fencingToken: lease.fencingToken });
  t.equal(lease.held, true);
  t.strictSame(gateway.sent.map(({ reply }) => reply), ['one', 'two']);
  await lease.release();
});

t.test('a given lease that is lost stays lost; the turn goes on with its own, and gives that back', async (t) => {
  const { turn, takeOver, holder } = await turnScene(t);
  const lease = await holder.acquire(SESSION);
  const result = await turn(
    async () => {
      await takeOver();
      return 'hello';
    },
    {},
    lease,
  );
  t.match(result, { outcome: 'delivered', takeovers: 1 });
  t.ok(result.fencingToken > lease.fencingToken);
  t.equal(lease.held, false);
  t.equal((await holder.inspect(SESSION)).held, false);
});

t.test('inside withLease a turn nests, and leaves the outer lease held', async (t) => {
  const { clock, holder, handlers } = await turnScene(t);
  const work = holder.withLease(SESSION, async (outer) => {
    const result = await holder.turn(SESSION, handlers(async ({ lease }) => {
      t.equal(lease.fencingToken, outer.fencingToken);
      const inner = await holder.acquire(SESSION);
      t.equal(inner.nested, true);
      await inner.release();
      return 'hello';
    }));
    t.match(result, { outcome: 'delivered', fencingToken: outer.fencingToken });
    t.equal(outer.held, true);
    t.equal(getEventListeners(outer.signal, 'abort').length, 0);
  });
  await pumped(clock, work);
});

t.test('inside withLease a turn that has lost the outer lease goes on with one of its own, in which its handlers nest', async (t) => {
  const { clock, holder, gateway, handlers, takeOver } = await turnScene(t);
  gateway.onCommit = async (_reply, { fencingToken }) => {
    const nested = await holder.acquire(SESSION);
    t.match(nested, { nested: true, fencingToken });
    await nested.release();
  };
  const work = holder.withLease(SESSION, async (outer) => {
    const result = await holder.turn(SESSION, handlers(async () => {
      await takeOver();
      return 'hello';
    }));
    t.match(result, { outcome: 'delivered', takeovers: 1 });
    t.equal(outer.held, false);
  });
  await pumped(clock, work);
  t.equal((await holder.inspect(SESSION)).held, false);
});

t.test('a given lease that was handed to another process meanwhile is not taken back', async (t) => {
  const { turn, holder, client } = await turnScene(t);
  const lease = await holder.acquire(SESSION);
  const other = client('gateway-3', { events: false });
  const result = await turn(
    async () => {
      const exported = lease.export();
      lease.leave();
      const adopted = await other.adopt(exported);
      setImmediate(() => void adopted.release());
      return 'hello';
    },
    {},
    lease,
  );
  t.match(result, { outcome: 'delivered', takeovers: 1 });
  t.ok(result.fencingToken > lease.fencingToken);
});
