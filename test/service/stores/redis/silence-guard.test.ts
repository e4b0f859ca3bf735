// When a connection counts as dead: by looks in which an answer was owed and nothing came.
import t from 'tap';
import { SilenceGuard, SILENCE_MS_MAX, type Watched } from '../../../../service/src/stores/redis/silence-guard.ts';
import { FakeClock } from '../../../support/fake-clock.ts';

/** A connection whose server answers, or not, as the test says. */
const scene = () => {
  const clock = new FakeClock();
  const cut: Error[] = [];
  const stream = { bytesRead: 0, destroy: (error: Error) => void cut.push(error) };
  const state = { status: 'ready', stream, commandQueue: { length: 0 }, answers: true, pings: 0 };
  const watched = Object.assign(state, {
    ping: async () => {
      state.pings += 1;
      if (state.answers) stream.bytesRead += 7;
      else state.commandQueue.length += 1;
      return 'PONG';
    },
  });
  const guard = new SilenceGuard(watched as unknown as Watched, clock);
  return { clock, cut, stream, state, guard };
};

t.test('a connection that answers is asked again and again, and left alone', async (t) => {
  const { clock, cut, state } = scene();
  clock.advance(60_000);
  t.equal(cut.length, 0);
  t.equal(state.pings, 120, 'twice a second');
});

t.test('a server that falls silent is noticed within two seconds, whether or not anybody asked it something', async (t) => {
  t.equal(SILENCE_MS_MAX, 2_000);
  const { clock, cut, state } = scene();
  clock.advance(10_499);
  state.answers = false;
  clock.advance(2_000);
  t.match(cut, [{ name: 'SilenceError', message: 'the server did not answer for 1500 ms' }]);

  const busy = scene();
  busy.clock.advance(499);
  busy.state.commandQueue.length = 1;
  busy.clock.advance(1_500);
  t.equal(busy.cut.length, 0);
  busy.clock.advance(501);
  t.equal(busy.cut.length, 1);
});

t.test('a single byte is a sign of life, however many answers are owed', async (t) => {
  const { clock, cut, state, stream } = scene();
  state.commandQueue.length = 500;
  for (let looks = 0; looks < 50; looks += 1) {
    clock.advance(1_000);
    stream.bytesRead += 1;
  }
  t.equal(cut.length, 0);
});

t.test('two looks in a row may find nothing: a process that was stopped looks before it reads what arrived meanwhile', async (t) => {
  const { clock, cut, state, stream } = scene();
  clock.advance(600);
  state.commandQueue.length = 1;
  for (let pauses = 0; pauses < 20; pauses += 1) {
    clock.advance(1_000);
    stream.bytesRead += 5;
    clock.advance(500);
  }
  t.equal(cut.length, 0);
});

t.test('a handshake that hangs is cut as well, and a server that loads without being asked is not', async (t) => {
  const { clock, cut, state } = scene();
  state.status = 'connect';
  clock.advance(60_000);
  t.equal(cut.length, 0, 'nothing is owed between two questions');
  t.equal(state.pings, 0, 'nobody else may ask yet');
  state.commandQueue.length = 3;
  clock.advance(2_000);
  t.equal(cut.length, 1);
});

t.test('between connections nothing is counted, a new one begins anew, and a guard that was stopped looks no more', async (t) => {
  const { clock, cut, state, guard } = scene();
  state.status = 'reconnecting';
  state.commandQueue.length = 1;
  clock.advance(60_000);
  t.equal(cut.length, 0);
  state.status = 'ready';
  clock.advance(1_500);
  state.stream = { bytesRead: 0, destroy: (error: Error) => void cut.push(error) };
  clock.advance(1_500);
  t.equal(cut.length, 0);
  guard.stop();
  clock.advance(60_000);
  t.equal(cut.length, 0);
  t.equal(clock.armed, 0);
});
