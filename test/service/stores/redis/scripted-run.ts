/** Runs scripts for whatever is tested: each is answered by the test, and noted. */
import type { RunScript } from '../../../../service/src/stores/redis/listings.ts';
import type { Ran } from '../../../../service/src/stores/redis/script-runner.ts';
import type { FakeClock } from '../../../support/fake-clock.ts';

export interface Asked {
  readonly script: string;
  readonly partition: number;
  readonly given: unknown;
}

export type Answering = (asked: Asked) => Partial<Ran<unknown>> | Promise<Partial<Ran<unknown>>>;

export interface ScriptedRun {
  readonly run: RunScript;
  readonly asked: Asked[];
}

/** What an answer leaves out is as if the script had run at once, with the store's clock at that of this process. */
export const scriptedRun = (clock: FakeClock, answer: Answering): ScriptedRun => {
  const asked: Asked[] = [];
  const run = async ({ name }: { readonly name: string }, partition: number, given: unknown): Promise<Ran<unknown>> => {
    const { monoMs } = clock.now();
    const one = { script: name, partition, given };
    asked.push(one);
    return { outcome: undefined, dueAtMs: undefined, sentMs: monoMs, storeMs: monoMs, ...(await answer(one)) };
  };
  return { asked, run: run as RunScript };
};

/** Lets what is under way go on as far as it can. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
