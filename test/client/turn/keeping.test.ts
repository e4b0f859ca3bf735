/** What was generated is kept: in the service, in the spool, or in the error. */
import t from 'tap';
import { ReplyNotParkedError } from '../../../client/src/index.ts';
import { failureOf, pumped, SESSION, turnScene } from '../../support/turn-scene.ts';

t.test('a reply that no service takes is not lost: the error has it, and the session is free', async (t) => {
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  for (const reply of [undefined, 1n, circular, 'x'.repeat(262_143), () => {}]) {
    const { clock, holder, gateway } = await turnScene(t);
    const error = await failureOf(pumped(clock, holder.turn<unknown>(SESSION, { generate: () => reply, commit: () => {}, deliver: () => void gateway.sent.push() })));
    t.type(error, ReplyNotParkedError);
    t.equal((error as ReplyNotParkedError).reply, reply);
    t.match(error, { session: SESSION, code: 'reply-not-parked', cause: { code: reply?.toString().startsWith('xxx') ? 'payload-too-large' : 'request-invalid' } });
    t.equal((await holder.inspect(SESSION)).held, false);
  }
});

t.test('the largest reply that fits, and any JSON value, comes through', async (t) => {
  for (const reply of ['x'.repeat(262_142), null, 0, false, { a: [1] }]) {
    const { clock, holder } = await turnScene(t);
    const told: unknown[] = [];
    const result = await pumped(clock, holder.turn<unknown>(SESSION, { generate: () => reply, commit: () => {}, deliver: (given) => void told.push(given) }));
    t.match(result, { outcome: 'delivered', reply });
    t.strictSame(told, [reply]);
  }
});

t.test('text of another content type comes through as it is', async (t) => {
  const { turn, holder } = await turnScene(t);
  const { replyId } = await turn(() => '# hello', { contentType: 'text/markdown', replyId: 'm1', sequence: 7, expiresInMs: 60_000 });
  t.match(await holder.replies.read(SESSION, replyId), { contentType: 'text/markdown', sequence: 7 });
});

t.test('a reply of the same name with other words: a clear error that has the new one', async (t) => {
  const { turn, parkEarlier, holder } = await turnScene(t);
  const error = await failureOf(
    turn(
      async () => {
        await holder.revoke(SESSION, { reason: 'a takeover' });
        await parkEarlier('m1', 'another answer');
        return 'mine';
      },
      { replyId: 'm1' },
    ),
  );
  t.match(error, { name: 'ReplyNotParkedError', reply: 'mine', replyId: 'm1', cause: { code: 'reply-id-reused' } });
});
