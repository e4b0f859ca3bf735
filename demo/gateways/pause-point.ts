/**
 * The worst moment to be paused: after the last check, before the write. A gateway that was armed by the demo stops its own
 * process there (a real SIGSTOP), once it has said so; the demo lets it go on, and it writes at once, late. It stops itself
 * because a signal from outside would come a little later, at some other moment.
 */
import { tellParent } from '../world/parent.ts';

export interface FromDemo {
  readonly order: 'pause-at-next-write';
}

export interface AtWrite {
  /** The session whose transcript is about to be written. */
  readonly atWrite: string;
}

/** Call the answer right before a write. Without an order from the demo it does nothing. */
export const openPausePoint = (): ((session: string) => Promise<void>) => {
  let armed = false;
  process.on('message', ({ order }: FromDemo) => {
    armed = order === 'pause-at-next-write';
  });
  return async (session) => {
    if (!armed) return;
    armed = false;
    await tellParent({ atWrite: session } satisfies AtWrite);
    process.kill(process.pid, 'SIGSTOP');
  };
};
