/**
 * Starts a program of the tests' own, with a channel to it. It is a plain process: tap would have what is forked load its own parts too, and over
 * hundreds of short processes that is a third of their time.
 */
import { fork, type ChildProcess, type StdioOptions } from 'node:child_process';
import { childEnvironment } from './child-environment.ts';

export interface ForkOptions {
  /** Beside the path and the place of compiled sources. */
  readonly env?: Readonly<Record<string, string>>;
  /** Its output is the test's unless given. */
  readonly stdio?: StdioOptions;
}

/** @param settings what it reads as JSON from its one argument */
export const forkProgram = (file: string, settings: object, { env, stdio = ['ignore', 'inherit', 'inherit', 'ipc'] }: ForkOptions = {}): ChildProcess =>
  fork(file, [JSON.stringify(settings)], { env: { ...env, ...childEnvironment() }, execArgv: [], stdio });
