/** When a node counts as silent, and when only a question does: counted in looks at its connection. */
import t from 'tap';
import { AnswerWatch, ANSWER_MS_MAX, SILENCE_MS_MAX } from '../../../../service/src/stores/quorum/answer-watch.ts';
import { FakeClock } from '../../../support/fake-clock.ts';

const scene = () => {
  const clock = new FakeClock();
  const socket = { bytesRead: 0 };
  const silences: string[] = [];
  const watch = new AnswerWatch({ clock, shown: 'node', socket: () => socket, onSilent: (why) => void silences.push(why) });
  const ask = () => {
    const answer = Promise.withResolvers<string>();
    const asked = watch.over(answer.promise).catch((error: Error) => error.message);
    return { answer: answer.resolve, asked };
  };
  return { clock, socket, silences, watch, ask };
};

/** Whether it is settled, after everything that is ready has run. */
const isOpen = async (asked: Promise<string>): Promise<boolean> => {
  const open = Symbol('open');
  return (await Promise.race([asked, new Promise((resolve) => setImmediate(() => resolve(open)))])) === open;
};

t.test('a node from which nothing comes is silent, and every open question with it', async (t) => {
  const { clock, silences, ask } = scene();
  const [one, other] = [ask(), ask()];
  clock.advance(SILENCE_MS_MAX - 1);
  t.ok(await isOpen(one.asked));
  clock.advance(1);
  t.equal(await one.asked, `node: it did not answer within ${SILENCE_MS_MAX} ms`);
  t.equal(await other.asked, await one.asked);
  t.strictSame(silences, [`it did not answer within ${SILENCE_MS_MAX} ms`]);
});

t.test('one that answers others is not; a question that stays open for long fails alone', async (t) => {
  const { clock, socket, silences, ask } = scene();
  const first = ask();
  let second: ReturnType<typeof ask> | undefined;
  for (let ms = 0; ms < ANSWER_MS_MAX; ms += 100) {
    if (ms === 500) second = ask();
    t.ok(await isOpen(first.asked), `after ${ms} ms`);
    socket.bytesRead += 10;
    clock.advance(100);
  }
  t.equal(await first.asked, `node has not come to it within ${ANSWER_MS_MAX} ms`);
  t.ok(await isOpen(second!.asked), 'the one behind it has its own time');
  second!.answer('yes');
  t.equal(await second!.asked, 'yes');
  t.strictSame(silences, []);
});

t.test('a pause of this process is no silence of the node', async (t) => {
  const { clock, socket, silences, ask } = scene();
  const { answer, asked } = ask();
  clock.leap(60_000); // one look, however long it took
  t.ok(await isOpen(asked));
  socket.bytesRead += 1;
  answer('yes');
  t.equal(await asked, 'yes');
  t.strictSame(silences, []);
});

t.test('nothing is looked at while nothing is asked', async (t) => {
  const { clock, watch, ask } = scene();
  t.equal(clock.armed, 0);
  const { answer, asked } = ask();
  t.equal(clock.armed, 1);
  answer('yes');
  await asked;
  t.equal(clock.armed, 0);
  void ask();
  watch.stop();
  t.equal(clock.armed, 0);
});
