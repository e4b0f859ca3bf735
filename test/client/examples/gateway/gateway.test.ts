import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Gateway, type GatewayParts } from '../../../../client/examples/gateway/gateway.ts';
import { Inbox } from '../../../../client/examples/gateway/inbox.ts';
import { messageOf } from '../../../../client/examples/gateway/inbound.ts';
import { Transcripts } from '../../../../client/examples/gateway/transcripts.ts';
import { ReplyNotParkedError, ServiceUnavailableError } from '../../../../client/src/index.ts';
import { until } from '../../../support/until.ts';

const message = (conversation: string, id: string) => messageOf('chat', { conversation, id, text: id });

/** A gateway whose turns the test decides about. */
const setUp = async (t: Test, turn: (session: string, call: number, generate: (context: unknown) => unknown) => Promise<unknown>, answer = 'an answer') => {
  const folder = t.testdir({});
  const { inbox } = await Inbox.open(join(folder, 'inbox'), 3);
  const turns: string[] = [];
  const client = {
    turn: async (session: string, { generate }: { generate: (context: unknown) => unknown }, { replyId }: { replyId: string }) => {
      turns.push(replyId);
      await turn(session, turns.length, generate);
      return { outcome: 'parked', attempts: 1 };
    },
  } as unknown as GatewayParts['client'];
  const handlers = { commit: () => {}, deliver: () => {} };
  const gateway = new Gateway({ client, inbox, transcripts: new Transcripts(folder), handlers, complete: async () => answer, log: () => {} });
  t.teardown(() => gateway.stop());
  return { gateway, turns, left: () => readdirSync(join(folder, 'inbox')).length };
};

t.test('a turn that rejects is tried again, and the next message of its session waits for it, while other sessions go on', async (t) => {
  const { gateway, turns, left } = await setUp(t, async (_session, call) => {
    if (call === 1) throw new ServiceUnavailableError('away');
  });
  const [first, second, other] = [message('ada', '1'), message('ada', '2'), message('bob', '1')];
  for (const each of [first, second, other]) t.equal(await gateway.accept(each), 'taken');
  await until('all are answered', () => left() === 0);
  t.strictSame(turns, [first, other, first, second].map(({ replyId }) => replyId));
});

t.test('a message that arrives twice gets one turn; what the inbox does not take is not taken', async (t) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { gateway, turns } = await setUp(t, () => promise);
  t.strictSame(await Promise.all([gateway.accept(message('ada', '1')), gateway.accept(message('ada', '1'))]), ['taken', 'taken']);
  t.equal(turns.length, 1);
  t.equal(await gateway.accept(message('ada', '2')), 'taken');
  t.equal(await gateway.accept(message('bob', '1')), 'taken');
  t.equal(await gateway.accept(message('bob', '2')), 'full');
  resolve();
});

t.test('once it is stopped it begins nothing more, and what it was asked meanwhile stays in the inbox', async (t) => {
  const { promise, reject } = Promise.withResolvers<void>();
  const { gateway, turns, left } = await setUp(t, () => promise);
  await gateway.accept(message('ada', '1'));
  await gateway.accept(message('ada', '2'));
  const stopped = gateway.stop();
  reject(new Error('the client was closed'));
  await stopped;
  await gateway.accept(message('ada', '3'));
  await gateway.stop();
  t.equal(turns.length, 1);
  t.equal(left(), 3);
});

const context = { lease: { fencingToken: 1 }, retry: (call: (attempt: { signal: AbortSignal }) => unknown) => call(context), signal: new AbortController().signal };

t.test('a reply that could be kept nowhere is offered again, and the model is not asked again', async (t) => {
  const made: unknown[] = [];
  const { gateway, left } = await setUp(t, async (session, call, generate) => {
    const reply = await generate(context);
    made.push(reply);
    if (call === 1) throw new ReplyNotParkedError({ session, replyId: 'r', fencingToken: 1, reply }, new ServiceUnavailableError('away'));
  });
  await gateway.accept(message('ada', '1'));
  await until('it is answered', () => left() === 0);
  t.match(made[0], { channel: 'chat', to: 'ada', prompt: '1', text: 'an answer' });
  t.equal(made[1], made[0]);
});

t.test('a reply that is longer than what is kept becomes an apology; one of just that length is kept', async (t) => {
  const empty = Buffer.byteLength(JSON.stringify({ channel: 'chat', to: 'ada', prompt: '1', text: '' }));
  for (const [length, text] of [[262_144 - empty, /^x+$/], [262_145 - empty, /^Sorry/]] as const) {
    const made: unknown[] = [];
    const { gateway, left } = await setUp(t, async (_session, _call, generate) => made.push(await generate(context)), 'x'.repeat(length));
    await gateway.accept(message('ada', '1'));
    await until('it is answered', () => left() === 0);
    t.match(made, [{ text }]);
  }
});
