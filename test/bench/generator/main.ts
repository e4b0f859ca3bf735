/** The generator's process: carries out the tasks that its parent sends, one at a time. */
import { contended, redlockContended, redlockPairs } from './contended.ts';
import { expiries } from './expiries.ts';
import { handOffs, paced } from './hand-off.ts';
import { fill, keep } from './keep.ts';
import { sdkHandOffs } from './sdk-hand-off.ts';
import type { Report, Result, Task } from './tasks.ts';
import { batches, pairs, renewals } from './throughput.ts';

const perform = (task: Task): Promise<Result> => {
  switch (task.kind) {
    case 'pairs':
      return pairs(task);
    case 'renewals':
      return renewals(task);
    case 'redlock-pairs':
      return redlockPairs(task);
    case 'contended':
      return contended(task);
    case 'redlock-contended':
      return redlockContended(task);
    case 'batches':
      return batches(task);
    case 'hand-offs':
      return handOffs(task);
    case 'sdk-hand-offs':
      return sdkHandOffs(task);
    case 'paced':
      return paced(task);
    case 'expiries':
      return expiries(task);
    case 'fill':
      return fill(task);
    case 'keep':
      return keep(task);
  }
};

const report = (task: Task): Promise<Report> =>
  perform(task).then(
    (result) => ({ result }),
    (error: unknown) => ({ failure: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }),
  );

process.on('message', async (task: Task) => {
  process.send?.(await report(task));
});
