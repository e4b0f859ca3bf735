// One reader of events, as a stream: in order, no faster than it is read, and never without bound.
import t from 'tap';
import { EventStream } from '../../../service/src/http/event-stream.ts';
import type { LoggedEvent } from '../../../service/src/session/event-log.ts';

const logged = (number: number): LoggedEvent => ({
  id: `epoch-${number}`,
  session: 's' as LoggedEvent['session'],
  event: { type: 'granted', holder: 'h', fencingToken: number as LoggedEvent['event']['fencingToken'], waitedMs: 0 },
});

const idsIn = (text: string): string[] => [...text.matchAll(/^id: (.+)$/gm)].map((match) => match[1]!);

t.test('everything that was offered is read, in order, however slowly', async (t) => {
  const stream = new EventStream('opening\n\n');
  for (let number = 1; number <= 1_000; number += 1) stream.offer(logged(number));
  let text = '';
  while (!text.includes('id: epoch-1000\n')) {
    const chunk: string | null = stream.read();
    if (chunk !== null) text += chunk;
    await new Promise((resolve) => setImmediate(resolve));
  }
  t.match(text, /^opening\n\n/);
  t.strictSame(idsIn(text), Array.from({ length: 1_000 }, (_, index) => `epoch-${index + 1}`));
  t.match(text, 'id: epoch-7\nevent: granted\ndata: {"session":"s","holder":"h","fencingToken":7,"waitedMs":0}\n\n');
  stream.destroy();
});

t.test('a reader who does not read costs no more text than one chunk, and is cut off beyond the backlog', async (t) => {
  const stream = new EventStream('opening\n\n', 50);
  let isClosed = false;
  stream.once('close', () => (isClosed = true));
  const textBefore = stream.readableLength;
  for (let number = 1; number <= 50; number += 1) stream.offer(logged(number));
  t.equal(stream.readableLength, textBefore, 'events wait as events');
  t.equal(stream.destroyed, false, 'at the limit');
  stream.offer(logged(51));
  t.equal(stream.destroyed, true, 'one past it');
  await new Promise((resolve) => setImmediate(resolve));
  t.ok(isClosed);
  t.doesNotThrow(() => stream.offer(logged(52)), 'what comes after its end is nobody’s');
});

t.test('a reader that waits gets a sign of life, one that lags does not', async (t) => {
  const stream = new EventStream('opening\n\n');
  stream.keepAlive();
  t.equal(stream.read(), 'opening\n\n', 'nothing was asked for yet');
  await new Promise((resolve) => setImmediate(resolve));
  stream.keepAlive();
  t.equal(stream.read(), ': still here\n\n');
  stream.destroy();
});

t.test('an end comes after what was given, and nothing comes after it', async (t) => {
  const stream = new EventStream('opening\n\n');
  stream.end();
  stream.end();
  stream.offer(logged(1));
  let text = '';
  for await (const chunk of stream) text += chunk as string;
  t.equal(text, 'opening\n\n');
});
