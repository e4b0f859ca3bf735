import t from 'tap';
import { EventStream } from '../../client/src/event-stream.ts';
import { silentLogger } from '../../client/src/logger.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { turns } from '../support/scripted-exchange.ts';

interface Opened {
  readonly lastEventId: string | undefined;
  readonly signal: AbortSignal;
  send(text: string): void;
  end(): void;
}

const begin = () => {
  const clock = new FakeClock();
  const opened: Opened[] = [];
  const refusals: Error[] = [];
  const events: string[] = [];
  let gaps = 0;
  const open = async (lastEventId: string | undefined, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> => {
    const refusal = refusals.shift();
    if (refusal) throw refusal;
    return new ReadableStream<Uint8Array>({
      start(controller) {
        signal.addEventListener('abort', () => controller.error(signal.reason));
        opened.push({ lastEventId, signal, send: (text) => controller.enqueue(new TextEncoder().encode(text)), end: () => controller.close() });
      },
    });
  };
  const stream = new EventStream({ open, clock, random: () => 0, logger: silentLogger, onEvent: ({ event }) => events.push(event), onGap: () => (gaps += 1) });
  return { clock, opened, refusals, events, stream, gaps: () => gaps };
};

t.test('events come through, and the first opening is a gap: what was before is not known', async (t) => {
  const { opened, events, stream, gaps } = begin();
  stream.start();
  stream.start();
  await turns();
  t.equal(opened.length, 1, 'one stream, however often it is needed');
  t.equal(gaps(), 1);
  opened[0]!.send('event: waiting\ndata: {}\n\n');
  await turns();
  t.same(events, ['waiting']);
  stream.stop();
});

t.test('after a break it goes on where it was', async (t) => {
  const { clock, opened, stream, gaps } = begin();
  stream.start();
  await turns();
  opened[0]!.send('id: e-1\n\n');
  await turns();
  opened[0]!.end();
  await turns();
  clock.advance(99);
  await turns();
  t.equal(opened.length, 1);
  clock.advance(1);
  await turns();
  t.equal(opened[1]?.lastEventId, 'e-1');
  t.equal(gaps(), 1, 'and nothing was missed');
  opened[1]!.end();
  await turns();
  await clock.advanceAsync(400, 50);
  t.equal(opened[2]?.lastEventId, 'e-1', 'also after a stream that told nothing');
  stream.stop();
});

t.test('an absent service is asked again later each time, at most every 15 s', async (t) => {
  const { clock, opened, refusals, stream } = begin();
  refusals.push(...Array.from({ length: 12 }, () => new Error('refused')));
  stream.start();
  // The least that jitter leaves: 0.1 s, doubled six times, then 7.5 s each time.
  await clock.advanceAsync(12_800, 100);
  t.equal(refusals.length, 4);
  await clock.advanceAsync(5 * 7_500 - 300, 100);
  t.equal(opened.length, 0);
  await clock.advanceAsync(400, 100);
  t.equal(opened.length, 1);
  stream.stop();
});

t.test('when the last lease is gone it lingers a second for the next, then ends', async (t) => {
  const { clock, opened, stream } = begin();
  stream.start();
  await turns();
  stream.idle();
  clock.advance(999);
  stream.start();
  clock.advance(5_000);
  t.equal(opened[0]!.signal.aborted, false);
  stream.idle();
  clock.advance(1_000);
  t.equal(opened[0]!.signal.aborted, true);
  await turns();
  t.equal(clock.armed, 0, 'and nothing is left running');
  stream.start();
  await turns();
  t.equal(opened.length, 2, 'it can be needed again');
  stream.stop();
});

t.test('stopped while it pauses, it does not come back', async (t) => {
  const { clock, opened, stream } = begin();
  stream.start();
  await turns();
  opened[0]!.end();
  await turns();
  t.equal(clock.armed, 1);
  stream.stop();
  await turns();
  t.equal(clock.armed, 0);
  clock.advance(60_000);
  await turns();
  t.equal(opened.length, 1);
});
