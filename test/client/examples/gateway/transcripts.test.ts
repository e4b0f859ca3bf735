import t from 'tap';
import { type Entry, Transcripts } from '../../../../client/examples/gateway/transcripts.ts';

const entry = (replyId: string): Entry => ({ replyId, channel: 'chat', to: 'ada', prompt: 'how are you?', text: `fine, ${replyId}` });

t.test('a reply is written once, however often it is committed, and under whichever lease', async (t) => {
  const transcripts = new Transcripts(t.testdir({}));
  for (const [token, id] of [[1, 'a'], [1, 'a'], [1, 'b'], [2, 'a'], [2, 'c']] as const) await transcripts.appendOnce('s', token, entry(id));
  t.strictSame(await transcripts.read('s', 2), [entry('a'), entry('b'), entry('c')]);
  t.strictSame(await transcripts.read('another', 1), [], 'each session has its own');
});

t.test('once a holder has read, an earlier one writes and reads no more', async (t) => {
  const transcripts = new Transcripts(t.testdir({}));
  await transcripts.appendOnce('s', 1, entry('a'));
  await transcripts.read('s', 2);
  await t.rejects(transcripts.appendOnce('s', 1, entry('b')), { name: 'StaleFencingTokenError', currentToken: 2 });
  await t.rejects(transcripts.appendOnce('s', 1, entry('a')), { name: 'StaleFencingTokenError' }, 'also one that is there already');
  await t.rejects(transcripts.read('s', 1), { name: 'StaleFencingTokenError' });
  t.strictSame(await transcripts.read('s', 2), [entry('a')]);
});
