/** A process that keeps replies in a spool, and tells of each once it is kept. It runs until it is killed. */
import { systemClock } from '../../client/src/clock.ts';
import { silentLogger } from '../../client/src/logger.ts';
import { Spool } from '../../client/src/spool/spool.ts';
import { spoolEntry } from './spool-facts.ts';

const [folder = '', name = ''] = process.argv.slice(2);
const spool = new Spool(folder, { clock: systemClock, logger: silentLogger });

const keepOn = async (lane: number): Promise<never> => {
  for (let turn = 0; ; turn += 1) {
    const replyId = `${name}-${lane}-${turn}`;
    await spool.keep(spoolEntry({ session: `${name}-${lane}`, replyId, payload: { text: replyId.repeat(200) } }));
    process.stdout.write(`${replyId}\n`);
  }
};

await Promise.all([0, 1, 2].map(keepOn));
