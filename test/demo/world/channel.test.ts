/** The channel does what its user and its record are promised, and has the faults that it is told to have. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { CallError, deliver, isConnectionReset, mayDeliverLater } from '../../../demo/world/calls.ts';
import type { ChannelOrder, ChannelRecord, ChannelSettings, Delivery } from '../../../demo/world/channel.ts';
import { readLines } from '../../../demo/world/durable-lines.ts';
import { until } from '../../support/until.ts';

const recordPath = join(t.testdir({}), 'channel.jsonl');
const settings: ChannelSettings = { recordPath, refusedMessageId: 'refused', swallowedMessageId: 'swallowed' };
const child = fork(fileURLToPath(new URL('../../../demo/world/channel.ts', import.meta.url)), [JSON.stringify(settings)]);
t.teardown(() => child.kill('SIGKILL'));
const [{ url }] = (await once(child, 'message')) as [{ url: string }];

const delivery = (messageId: string, more: Partial<Delivery> = {}): Delivery => ({
  replyId: messageId, messageId, session: 's', kind: 'reply', text: '', from: 'gateway-a', attempt: 1, maybeDelivered: false, ...more,
});
const failing = async (sent: Delivery): Promise<unknown> => deliver(url, sent).then(() => undefined, (error: unknown) => error);
const becameOf = (messageId: string): string[] => readLines<ChannelRecord>(recordPath).filter((each) => each.messageId === messageId).map(({ became, answered }) => `${became}${answered ? '' : ', unanswered'}`);

t.test('what comes again under its id is filtered', async (t) => {
  await deliver(url, delivery('m1'));
  await deliver(url, delivery('m1', { attempt: 2 }));
  await deliver(url, delivery('m1', { replyId: 'm1-apology', kind: 'apology' }));
  t.strictSame(becameOf('m1'), ['taken', 'filtered', 'taken']);
});

t.test('a reply is refused for good, its apology is not', async (t) => {
  const error = await failing(delivery('refused'));
  t.match(error, { status: 403, message: 'answered 403: the channel does not take this message' });
  t.notOk(mayDeliverLater(error));
  t.ok(await failing(delivery('refused')), 'again');
  await deliver(url, delivery('refused', { replyId: 'refused-apology', kind: 'apology' }));
  t.strictSame(becameOf('refused'), ['refused', 'refused', 'taken']);
});

t.test('a reply is taken and its answer lost, once', async (t) => {
  const error = await failing(delivery('swallowed'));
  t.ok(isConnectionReset(error));
  t.ok(mayDeliverLater(error));
  await deliver(url, delivery('swallowed', { attempt: 2, maybeDelivered: true }));
  t.strictSame(becameOf('swallowed'), ['taken, unanswered', 'filtered']);
});

t.test('while it is away everything fails, and then nothing of it is remembered', async (t) => {
  const order = (isAway: boolean): boolean => child.send({ isAway } satisfies ChannelOrder);
  order(true);
  await until('it is away', async () => (await failing(delivery('probe'))) instanceof CallError);
  const error = await failing(delivery('m2'));
  t.match(error, { status: 502 });
  t.ok(mayDeliverLater(error));
  order(false);
  await until('it is back', async () => (await failing(delivery('probe'))) === undefined);
  await deliver(url, delivery('m2', { attempt: 2 }));
  t.strictSame(becameOf('m2'), ['unavailable', 'taken']);
});
