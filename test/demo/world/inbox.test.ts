/** The inbox keeps what is pending, in order, until it is acknowledged, for every process that looks. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { append, appendDurably, readLines } from '../../../demo/world/durable-lines.ts';
import { type InboxMessage, openInbox } from '../../../demo/world/inbox.ts';

const message = (session: string, sequence: number, arrivedAtMs: number): InboxMessage => ({ messageId: `${session}-${sequence}`, session, sequence, gateway: 'gateway-a', arrivedAtMs });
const ids = (messages: readonly InboxMessage[]): string[] => messages.map(({ messageId }) => messageId);

t.test("each session's messages are pending in their order, in every process's eyes", async (t) => {
  const folder = t.testdir({});
  const [one, other] = [openInbox(folder), openInbox(folder)];
  for (const each of [message('b', 2, 30), message('b', 10, 40), message('b', 1, 20)]) one.put(each);
  t.strictSame(ids(other.pending()), ['b-1', 'b-2', 'b-10']);
  t.strictSame(other.pending()[0], message('b', 1, 20));
});

t.test('an acknowledged message is answered, not pending, and may be acknowledged again', async (t) => {
  const folder = t.testdir({});
  const [one, other] = [openInbox(folder), openInbox(folder)];
  one.put(message('a', 1, 10));
  one.put(message('a', 2, 20));
  t.equal(other.pending().length, 2, 'seen before');
  one.acknowledge('a-1');
  other.acknowledge('a-1');
  t.strictSame(ids(other.pending()), ['a-2']);
  t.strictSame(ids(openInbox(folder).answered()), ['a-1']);
});

t.test('records come back as they were written, and half a line at the end is none', async (t) => {
  const path = join(t.testdir({}), 'records.jsonl');
  t.strictSame(readLines(path), []);
  appendDurably(path, { number: 1 });
  append(path, { number: 2 });
  writeFileSync(path, '{"number":3', { flag: 'a' });
  t.strictSame(readLines(path), [{ number: 1 }, { number: 2 }]);
});
