import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { replyIdOf } from '../../../../client/examples/gateway/message.ts';
import { LeaseClient } from '../../../../client/src/index.ts';
import { GatewayWorld } from '../../../support/gateway-world.ts';
import { spawnGateway } from '../../../support/spawn-gateway.ts';
import { spawnService } from '../../../support/spawn-service.ts';
import { until } from '../../../support/until.ts';

const chat = (conversation: string, id: string) => ({ conversation, id, text: id });
const mail = (thread: string, messageId: string) => ({ thread, messageId, from: 'eve@example.org', subject: thread, text: messageId });

const chatId = (conversation: string, id: string): string => replyIdOf('chat', `example:chat:${conversation}`, id);
const mailId = (thread: string, id: string): string => replyIdOf('mail', `example:mail:${thread}`, id);
const idOf = (prompt: string): string => (prompt.startsWith('eve') ? mailId('thread', prompt) : chatId(prompt.split('-')[0] ?? '', prompt));

t.setTimeout(120_000);

const setUp = async (t: Test) => {
  const service = await spawnService(t);
  const world = new GatewayWorld();
  const worldUrl = await world.listen();
  t.teardown(() => world.close());
  const folder = t.testdir({});
  const client = new LeaseClient({ baseUrl: service.baseUrl, holder: 'the test' });
  t.teardown(() => client.close());
  const start = () => spawnGateway(t, { holdfastUrl: service.baseUrl, worldUrl, folder });
  const inbox = (): string[] => readdirSync(join(folder, 'inbox'));
  const transcripts = (): { replyId: string; prompt: string; text: string }[][] =>
    readdirSync(join(folder, 'transcripts'))
      .filter((name) => name.endsWith('.jsonl'))
      .map((name) => readFileSync(join(folder, 'transcripts', name), 'utf8').trim().split('\n').map((line) => JSON.parse(line)));
  const statesOf = async (session: string): Promise<string[]> => {
    const states: string[] = [];
    for await (const { state } of client.replies.list({ session })) states.push(state);
    return states;
  };
  return { world, start, inbox, transcripts, statesOf };
};

/** What each receiver got, the first of each id, in order. */
const receivedBy = ({ received }: GatewayWorld): Record<string, string[]> => {
  const firsts = received.filter(({ key }, at) => received.findIndex((other) => other.key === key) === at);
  return Object.fromEntries(Object.entries(Object.groupBy(firsts, ({ channel, to }) => `${channel}:${to}`)).map(([to, all = []]) => [to, all.map(({ text }) => text)]));
};

t.test('a gateway that is killed in the middle delivers everything once per reply id, in order, once it is started again', async (t) => {
  const { world, start, inbox, transcripts, statesOf } = await setUp(t);
  // On the way: a provider that resets connections, a generation and a sending that the kill cuts off, and a chat service that is away for a moment.
  world.ofModel = (prompt, call) => (prompt === 'ada-3' && call === 1 ? 'silent' : prompt.endsWith('-2') && call < 3 ? 'reset' : 200);
  world.ofChannel = (text, sending) => (text.startsWith('re eve-3') && sending === 1 ? 'silent' : /^re (bob-2|carol-1)/.test(text) && sending === 1 ? 502 : 204);
  const killed = await start();
  for (const n of [1, 2, 3, 4]) {
    for (const name of ['ada', 'bob']) t.equal((await killed.post('chat', chat(name, `${name}-${n}`))).status, 202);
    t.equal((await killed.post('mail', mail('thread', `eve-${n}`))).status, 202);
  }
  t.equal((await killed.post('chat', chat('carol', 'carol-1'))).status, 202);
  await until('the generation that is cut off', () => world.asked.includes('ada-3'));
  await until('the sending that is cut off', () => world.received.some(({ text }) => text.startsWith('re eve-3')));
  await until('carol’s reply is parked', () => killed.events.some(({ event, session, outcome }) => event === 'answered' && session === 'example:chat:carol' && outcome === 'parked'));
  // What a kill cuts off between the model's answer and its parking is generated again, and rightly; here nothing is on that way.
  await until('every answer of the model is parked', async () => {
    const [bob, ...others] = await Promise.all(['chat:bob', 'chat:ada', 'chat:carol', 'mail:thread'].map((session) => statesOf(`example:${session}`)));
    return bob!.length === 4 && [bob!, ...others].flat().length === world.answered.length;
  });
  await killed.end('SIGKILL');
  t.equal(killed.stderr, '');
  t.ok(inbox().length >= 4, 'messages that were acknowledged and not answered');

  const gateway = await start();
  const again = await gateway.post('chat', chat('ada', 'ada-3'));
  t.equal(again.status, 202, 'the channel sends a message again');
  t.equal((await again.text()).trim(), idOf('ada-3'));
  t.equal((await gateway.post('mail', mail('thread', 'eve-5'))).status, 202);
  const sessions = { 'example:chat:ada': 4, 'example:chat:bob': 4, 'example:chat:carol': 1, 'example:mail:thread': 5 };
  for (const [session, count] of Object.entries(sessions)) {
    await until(`all of ${session} is delivered`, async () => (await statesOf(session)).filter((state) => state === 'delivered').length === count);
  }
  await until('the inbox is empty', () => inbox().length === 0);

  const replies = (name: string, count: number) => Array.from({ length: count }, (_, at) => `re ${name}-${at + 1}, after ${at}`);
  t.strictSame(receivedBy(world), {
    'chat:ada': replies('ada', 4),
    'chat:bob': replies('bob', 4),
    'chat:carol': replies('carol', 1),
    'mail:eve@example.org': replies('eve', 5),
  });
  for (const { channel, key, text } of world.received) {
    const id = idOf(text.slice('re '.length, text.indexOf(',')));
    t.equal(key, channel === 'chat' ? id : `<${id}@gateway.example>`, 'the channel is given the reply id to deduplicate by');
  }
  const repeats = world.received.filter(({ key }, at) => world.received.findIndex((other) => other.key === key) !== at);
  t.strictSame(repeats.map(({ text }) => text), ['re eve-3, after 2'], 'only what nobody knew to have arrived went out twice, under the same id');
  t.equal(new Set(world.answered).size, world.answered.length, 'no answer of the model was paid for twice');
  const written = transcripts();
  t.strictSame(
    written.map((entries) => entries.map(({ text }) => text)).sort(),
    [replies('ada', 4), replies('bob', 4), replies('carol', 1), replies('eve', 5)],
    'the transcripts agree with the channels',
  );
  for (const entries of written) for (const { replyId, prompt } of entries) t.equal(replyId, idOf(prompt));

  t.equal(await gateway.end('SIGTERM'), 0);
  t.match(gateway.events.at(-1), { event: 'stopped' });
  t.equal(gateway.stderr, '');
});

t.test('a gateway that is asked to stop in the middle of a generation stops at once, and answers after its next start', async (t) => {
  const { world, start, inbox, transcripts } = await setUp(t);
  world.ofModel = (_prompt, call) => (call === 1 ? 'silent' : 200);
  const stopped = await start();
  t.equal((await stopped.post('chat', chat('ada', 'ada-1'))).status, 202);
  await until('the generation', () => world.asked.length === 1);
  t.equal(await stopped.end('SIGTERM'), 0);
  t.match(stopped.events.at(-1), { event: 'stopped' });
  t.equal(inbox().length, 1);
  t.strictSame(world.received, [], 'it does not apologize for its own end');
  const gateway = await start();
  await until('the reply', () => world.received.length === 1);
  t.match(transcripts(), [[{ replyId: idOf('ada-1'), prompt: 'ada-1', text: 're ada-1, after 0' }]]);
  t.equal(await gateway.end('SIGTERM'), 0);
});

t.test('a message that the provider refuses for good is answered all the same, and one that is no message is refused', async (t) => {
  const { world, start, inbox } = await setUp(t);
  world.ofModel = () => 400;
  const gateway = await start();
  t.equal((await gateway.post('mail', mail('thread', 'eve-1'))).status, 202);
  await until('the apology', () => world.received.length === 1);
  t.match(world.received, [{ channel: 'mail', to: 'eve@example.org', text: /^Sorry/ }]);
  for (const [body, says] of [['{', /JSON/], ['null', /conversation/], [{ conversation: 'ada', id: '' }, /id must have 1 to 100/], [{ conversation: 'ada', id: 'x'.repeat(101) }, /id must/]] as const) {
    const refused = await gateway.post('chat', body);
    t.equal(refused.status, 400);
    t.match(await refused.text(), says);
  }
  await until('the inbox is empty', () => inbox().length === 0);
});
