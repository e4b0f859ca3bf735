import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import t from 'tap';
import { systemClock } from '../../../client/src/clock.ts';
import { Spool, type SpooledReply } from '../../../client/src/spool/spool.ts';
import { childEnvironment } from '../../support/child-environment.ts';
import { recordingLogger } from '../../support/recording-logger.ts';
import { spoolFolder } from '../../support/spool-facts.ts';
import { until } from '../../support/until.ts';

const KEEPER = join(import.meta.dirname, '../../support/spool-keeper.ts');

t.test('two processes killed while they keep: every reply that was acknowledged is there, whole and in order', async (t) => {
  const folder = await spoolFolder(t);
  const acknowledged: string[] = [];
  for (const round of [0, 1, 2]) {
    const keepers = ['a', 'b'].map((name) => spawn(process.execPath, [KEEPER, folder, `${name}${round}`], { env: childEnvironment(), stdio: ['ignore', 'pipe', 'inherit'] }));
    const told = keepers.map((keeper) => {
      const mine = { text: '' };
      keeper.stdout.on('data', (chunk: Buffer) => (mine.text += chunk.toString()));
      return mine;
    });
    await until('both have kept some', () => told.every(({ text }) => text.split('\n').length > 20 + 7 * round));
    await Promise.all(keepers.map(async (keeper) => {
      keeper.kill('SIGKILL');
      await once(keeper, 'close');
    }));
    // A last line may have been cut off in the midst: that one was not told of.
    acknowledged.push(...told.flatMap(({ text }) => text.split('\n').slice(0, -1)));
  }
  const logger = recordingLogger();
  const replies: SpooledReply[] = [];
  for await (const reply of new Spool(folder, { clock: systemClock, logger }).entries()) replies.push(reply);
  t.same(logger.lines, [], 'nothing is damaged');
  const found = new Set(replies.map(({ replyId }) => replyId));
  t.same(acknowledged.filter((replyId) => !found.has(replyId)), [], 'nothing is lost');
  t.ok(replies.length - acknowledged.length <= 18, 'each of the lanes had at most one that it could not tell of any more');
  t.ok(replies.every(({ replyId, payload }) => (payload as { text: string }).text === replyId.repeat(200)));
  for (const session of new Set(replies.map((reply) => reply.session))) {
    const turns = replies.filter((reply) => reply.session === session).map(({ replyId }) => Number(replyId.split('-')[2]));
    t.same(turns, turns.map((_, index) => index), `${session} is in order`);
  }
});
