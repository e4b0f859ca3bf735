/** Progress is one line that is written over on a terminal, and a plain line now and then elsewhere. */
import t from 'tap';
import { openProgress } from '../../demo/progress.ts';

const open = (isTTY: boolean) => {
  const written: string[] = [];
  let nowMs = 0;
  const output = { isTTY, columns: 20, write: (text: string) => written.push(text) > 0 };
  return { written, progress: openProgress(output as never, () => nowMs), pass: (ms: number) => (nowMs += ms) };
};

t.test('a terminal gets one line, which never wraps, and a line end last', async (t) => {
  const { written, progress } = open(true);
  progress.show('one');
  progress.show('a text that is longer than the line');
  progress.end();
  progress.end();
  t.strictSame(written, ['\r\u001b[Kone', '\r\u001b[Ka text that is long', '\n']);
});

t.test('anything else gets a line every two seconds, and the last one', async (t) => {
  const { written, progress, pass } = open(false);
  progress.show('one');
  pass(1_999);
  progress.show('two');
  pass(1);
  progress.show('three');
  pass(10);
  progress.show('four');
  progress.end();
  t.strictSame(written, ['one\n', 'three\n', 'four\n']);
});
