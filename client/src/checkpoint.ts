/**
 * Where a turn or a courier can be interrupted. Each `await` of theirs goes through here under a name of its own, so that a test can enumerate the points,
 * kill the process at every one of them, and see that nothing is lost.
 */

/** Told before each step is begun, and after it has come to its end. */
export type Checkpoint = (point: string) => void;

/** Carries out one step of several. */
export type At = <R>(point: string, step: () => R | Promise<R>) => Promise<R>;

const NOTHING: Checkpoint = () => {};

export const checkpoints =
  (told: Checkpoint = NOTHING): At =>
  async (point, step) => {
    told(`${point}: before`);
    try {
      return await step();
    } finally {
      told(`${point}: after`);
    }
  };
