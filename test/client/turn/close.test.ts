/** Closing the client ends its turns; what was generated is kept. */
import t from 'tap';
import { ClientClosedError } from '../../../client/src/index.ts';
import { failureOf, SESSION, turnScene } from '../../support/turn-scene.ts';
import { pumped } from '../../support/pumped.ts';

const never = (): string => {
  throw new Error('nothing was to be generated');
};

t.test('closing the client ends the turn in each phase; what is generated is kept', async (t) => {
  await t.test('while it generates and heeds', async (t) => {
    const { holder, handlers, clock, client } = await turnScene(t);
    const running = failureOf(holder.turn(SESSION, handlers(async ({ signal }) => {
      void holder.close();
      signal.throwIfAborted();
      return 'never';
    })));
    t.type(await pumped(clock, running), ClientClosedError);
    t.equal((await client('operator').inspect(SESSION)).held, false);
  });
  await t.test('while it generates and finishes: parked in time', async (t) => {
    const { holder, handlers, clock, client } = await turnScene(t);
    const running = holder.turn(SESSION, handlers(async () => {
      void holder.close();
      return 'paid for';
    }), { replyId: 'm1' });
    t.match(await pumped(clock, running), { outcome: 'parked', error: ClientClosedError });
    await holder.close();
    const operator = client('operator');
    t.equal((await operator.inspect(SESSION)).held, false);
    t.equal((await operator.replies.read(SESSION, 'm1')).state, 'parked');
  });
  await t.test('while it generates beyond drainMs: the error has the reply', async (t) => {
    const { holder, handlers, clock } = await turnScene(t);
    const running = failureOf(holder.turn(SESSION, handlers(async () => {
      await holder.close({ drainMs: 0 });
      return 'paid for';
    })));
    t.match(await pumped(clock, running), { name: 'ReplyNotParkedError', reply: 'paid for', cause: ClientClosedError });
  });
  await t.test('while it commits, and while it delivers', async (t) => {
    const { holder, handlers, clock, client, gateway } = await turnScene(t);
    gateway.onCommit = () => void holder.close();
    t.match(await pumped(clock, holder.turn(SESSION, handlers(() => 'one'))), { outcome: 'parked', error: ClientClosedError });
    const second = client('gateway-5');
    gateway.onCommit = () => {};
    gateway.onDeliver = () => void second.close();
    t.match(await pumped(clock, second.turn('another session', handlers(() => 'two'))), { outcome: 'delivered' });
    t.strictSame(gateway.sent.map(({ reply }) => reply), ['two']);
  });
  await t.test('a turn on a closed client is refused', async (t) => {
    const { holder, handlers } = await turnScene(t);
    await holder.close();
    t.type(await failureOf(holder.turn(SESSION, handlers(never))), ClientClosedError);
  });
});
