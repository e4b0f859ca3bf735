// Whether a caller is still there, by what the answer's side of its connection says.
import { EventEmitter } from 'node:events';
import type { FastifyReply } from 'fastify';
import t from 'tap';
import { callerOf } from '../../../service/src/http/caller.ts';

/** As much of a `ServerResponse` as there is to see. */
class Answer extends EventEmitter {
  destroyed = false;
  writableFinished = false;

  finish(): void {
    this.writableFinished = true;
    this.close();
  }

  close(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

const watched = () => {
  const answer = new Answer();
  const caller = callerOf({ raw: answer } as unknown as FastifyReply);
  let left = 0;
  return { answer, caller, watch: () => caller.onClose(() => (left += 1)), left: () => left };
};

t.test('a close before the answer is a departure', async (t) => {
  const { answer, caller, watch, left } = watched();
  watch();
  t.equal(caller.closed, false);
  t.equal(left(), 0);
  answer.close();
  t.equal(caller.closed, true);
  t.equal(left(), 1);
});

t.test('a close after the answer was written is none', async (t) => {
  const { answer, caller, watch, left } = watched();
  watch();
  answer.finish();
  t.equal(caller.closed, false);
  t.equal(left(), 0);
  watch();
  t.equal(left(), 0);
});

t.test('who asks after the departure is told at once', async (t) => {
  const { answer, watch, left } = watched();
  answer.close();
  watch();
  t.equal(left(), 1);
});
