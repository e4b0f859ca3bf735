/** Runs another program as if it were this one: same terminal, same signals, same end. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];

// A Ctrl-C reaches this process twice, from the terminal and from npm; what follows this closely is one wish.
const SAME_WISH_MS = 1_000;

const ORPHAN_CHECK_MS = 500;

/** Calls back once npm, which started this process, is gone: it was killed, and could not say so. */
const onOrphaned = (tell) => {
  if (process.env.npm_lifecycle_event === undefined) return () => {};
  const parent = process.ppid;
  const check = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(check);
    tell();
  }, ORPHAN_CHECK_MS);
  return () => clearInterval(check);
};

/**
 * Runs a program to its end and hands signals on to it.
 *
 * The child stays in this process group, so that whoever kills the group leaves nothing behind. It may therefore see one Ctrl-C twice (from the
 * terminal, and from here), which the service allows for.
 *
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null }>} how it ended; rejects when it could not be started
 */
export const run = (command, args, { env = process.env, cwd = process.cwd(), stdio = 'inherit' } = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, cwd, stdio });
    const last = new Map();
    const forward = (signal) => {
      const nowMs = performance.now();
      if (nowMs - (last.get(signal) ?? -Infinity) < SAME_WISH_MS) return;
      last.set(signal, nowMs);
      child.kill(signal);
    };
    for (const signal of FORWARDED) process.on(signal, forward);
    const stopWatching = onOrphaned(() => forward('SIGTERM'));
    const stopForwarding = () => {
      stopWatching();
      for (const signal of FORWARDED) process.removeListener(signal, forward);
    };
    child.once('error', (error) => {
      stopForwarding();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      stopForwarding();
      resolve({ code, signal });
    });
  });

/** Ends this process as the child ended: the same exit code, or the code a shell gives to that signal. */
export const endAs = ({ code, signal }) => {
  process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
};
