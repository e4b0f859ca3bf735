/** How `holdfast` ends. Those of 64 and above are named as in sysexits.h, where there is a name. */

export const EXIT = {
  done: 0,
  /** Something that is none of the others. */
  failed: 1,
  /** The command line is wrong. */
  usage: 64,
  /** No service answered. */
  unavailable: 69,
  /** Somebody else holds the session, or it has too many waiters, or the namespace has used up a quota. */
  held: 75,
  /** The key is missing, wrong or lacks a scope. */
  refused: 77,
  /** `run` lost the lease, and ended the command. */
  lost: 80,
  /** The command of `run` cannot be run, or is not there. */
  notExecutable: 126,
  notFound: 127,
} as const;

/** Of a command that a signal ended, as shells have it. */
export const exitOfSignal = (signalNumber: number): number => 128 + signalNumber;
