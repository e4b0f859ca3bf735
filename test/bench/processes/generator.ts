/** The bench's end of the generator's process. */
import type { Report, ResultOf, Task } from '../generator/tasks.ts';
import { startChild } from './child.ts';

/** A task that takes longer than this has hung; the longest is a minute of load and its preparation. */
const TASK_MS_MAX = 150_000;

/** The generator could not measure. */
export class GeneratorError extends Error {
  override readonly name = 'GeneratorError';
}

export interface Generator {
  run<T extends Task>(task: T): Promise<ResultOf<T>>;
  stop(): Promise<void>;
}

export const startGenerator = (): Generator => {
  const child = startChild(new URL('../generator/main.ts', import.meta.url), [], {});
  const reportOn = (task: Task): Promise<Report> =>
    new Promise((resolve) => {
      const late = setTimeout(() => resolve({ failure: `no result after ${TASK_MS_MAX} ms` }), TASK_MS_MAX);
      const settle = (report: Report): void => {
        clearTimeout(late);
        resolve(report);
      };
      child.process.once('message', (report) => settle(report as Report));
      void child.ended.then((why) => settle({ failure: why }));
      child.process.send(task);
    });
  return {
    async run<T extends Task>(task: T): Promise<ResultOf<T>> {
      const report = await reportOn(task);
      if ('failure' in report) throw new GeneratorError(`${task.kind}: ${report.failure}`);
      return report.result as ResultOf<T>;
    },
    stop: () => child.stop(),
  };
};
