/** `holdfast run`: a command that runs while the lease of a session is held, and not beyond. */
import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { Clock } from '../clock.ts';
import type { LeaseClient } from '../lease-client.ts';
import type { Asked } from './command-line.ts';
import { EXIT, exitOfSignal } from './exit-codes.ts';

/** Passed on to the command. A terminal sends the first two to the command by itself. */
const FROM_TERMINAL: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];
const PASSED_ON: readonly NodeJS.Signals[] = [...FROM_TERMINAL, 'SIGTERM', 'SIGHUP', 'SIGUSR2', 'SIGWINCH', 'SIGCONT'];

export interface RunParts {
  readonly client: LeaseClient;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a terminal sends its signals to the command as well. */
  readonly hasTerminal: boolean;
  readonly complain: (line: string) => void;
}

type Ended = { readonly code: number | null; readonly signal: NodeJS.Signals | null } | { readonly error: NodeJS.ErrnoException };

const ended = (child: ChildProcess): Promise<Ended> =>
  new Promise((resolve) => {
    child.once('error', (error) => resolve({ error }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });

const statusOf = (end: Ended, program: string, complain: RunParts['complain']): number => {
  if ('error' in end) {
    complain(`${program}: ${end.error.code === 'ENOENT' ? 'there is no such command' : end.error.message}`);
    return end.error.code === 'ENOENT' ? EXIT.notFound : EXIT.notExecutable;
  }
  return end.signal === null ? end.code! : exitOfSignal(constants.signals[end.signal]);
};

/** The exit status. @throws what `acquire` throws */
export const runCommand = async ({ client, clock, env, hasTerminal, complain }: RunParts, { session, waitMs, ttlMs, killAfterMs, command: [program, ...args] }: Extract<Asked, { kind: 'run' }>): Promise<number> => {
  // Who is told to stop while it still waits in line stops waiting.
  const waiting = new AbortController();
  let child: ChildProcess | undefined;
  let told: NodeJS.Signals | undefined;
  const passOn = (signal: NodeJS.Signals): void => {
    if (child) {
      if (!(hasTerminal && FROM_TERMINAL.includes(signal))) child.kill(signal);
    } else if (signal === 'SIGINT' || signal === 'SIGTERM' || signal === 'SIGHUP' || signal === 'SIGQUIT') {
      told = signal;
      waiting.abort();
    }
  };
  for (const signal of PASSED_ON) process.on(signal, passOn);
  try {
    const lease = await client.acquire(session, { waitMs, signal: waiting.signal, ...(ttlMs !== undefined && { ttlMs }) });
    child = spawn(program, args, { stdio: 'inherit', env: { ...env, HOLDFAST_SESSION: session, HOLDFAST_FENCING_TOKEN: String(lease.fencingToken) } });
    const running = child;
    let isLost = false;
    let killing: { cancel(): void } | undefined;
    const onLost = (): void => {
      isLost = true;
      complain(`The lease of ${session} is lost: ${(lease.signal.reason as Error).message} The command is ended.`);
      running.kill('SIGTERM');
      killing = clock.after(killAfterMs, () => running.kill('SIGKILL'));
    };
    if (lease.signal.aborted) onLost();
    else lease.signal.addEventListener('abort', onLost, { once: true });
    const end = await ended(running);
    lease.signal.removeEventListener('abort', onLost);
    killing?.cancel();
    // A release that gets no answer leaves the lease to its TTL.
    await lease.release();
    return isLost ? EXIT.lost : statusOf(end, program, complain);
  } catch (error) {
    if (told !== undefined) return exitOfSignal(constants.signals[told]);
    throw error;
  } finally {
    for (const signal of PASSED_ON) process.off(signal, passOn);
  }
};
