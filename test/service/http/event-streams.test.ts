// The open event streams of an instance, together.
import t from 'tap';
import { EventStream } from '../../../service/src/http/event-stream.ts';
import { EventStreams } from '../../../service/src/http/event-streams.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

t.test('there is room for as many as the limit says, and again when one has closed', async (t) => {
  const streams = new EventStreams(new FakeClock(), 2);
  let closed = 0;
  const open = (): EventStream => {
    streams.checkRoom();
    const stream = new EventStream('');
    streams.add(stream, { onClose: () => (closed += 1), isAllowed: () => true });
    return stream;
  };
  const first = open();
  open();
  t.throws(open, { code: 'streams-full' });
  first.destroy();
  await turn();
  t.equal(closed, 1);
  open();
  t.throws(open, { code: 'streams-full' });
});

t.test('each is kept alive by a comment every 15 s, until they are closed together', async (t) => {
  const clock = new FakeClock();
  const streams = new EventStreams(clock, 2);
  const stream = new EventStream('opening\n\n');
  streams.add(stream, { onClose: () => {}, isAllowed: () => true });
  let text = '';
  stream.on('data', (chunk: string) => (text += chunk));
  await turn();
  clock.advance(14_999);
  t.equal(text, 'opening\n\n');
  clock.advance(1);
  t.equal(text, 'opening\n\n: still here\n\n');
  streams.close();
  t.equal(clock.armed, 0);
  await new Promise((resolve) => stream.once('close', resolve));
  t.throws(() => streams.checkRoom(), { code: 'shutting-down' });
});

t.test('one whose reader may not be told anything more is ended instead', async (t) => {
  const clock = new FakeClock();
  const streams = new EventStreams(clock, 2);
  let isAllowed = true;
  const [stream, other] = [new EventStream('opening\n\n'), new EventStream('')];
  streams.add(stream, { onClose: () => {}, isAllowed: () => isAllowed });
  streams.add(other, { onClose: () => {}, isAllowed: () => true });
  let text = '';
  stream.on('data', (chunk: string) => (text += chunk));
  other.resume();
  await turn();
  isAllowed = false;
  clock.advance(15_000);
  await new Promise((resolve) => stream.once('close', resolve));
  t.equal(text, 'opening\n\n');
  t.equal(other.closed, false, 'the others go on');
  streams.close();
});
