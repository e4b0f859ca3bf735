/**
 * The worst moment to be paused: after the last check, before the write. The demo arms one gateway; at its next write the
 * gateway says that it has come there and waits for a word, and in that wait the demo stops the process (SIGSTOP). The
 * word is already in the pipe when the process goes on, so that it writes at once, late.
 */
import { tellParent } from '../world/parent.ts';

export type FromDemo = { readonly order: 'pause-at-next-write' } | { readonly order: 'go-on' };
export interface AtWrite {
  readonly atWrite: string;
}

/** Call the answer right before a write. Without an order from the demo it does nothing. */
export const openPausePoint = (): ((session: string) => Promise<void>) => {
  let armed = false;
  let goOn = (): void => {};
  process.on('message', ({ order }: FromDemo) => {
    if (order === 'go-on') goOn();
    else armed = true;
  });
  return async (session) => {
    if (!armed) return;
    armed = false;
    const word = new Promise<void>((resolve) => (goOn = resolve));
    await tellParent({ atWrite: session } satisfies AtWrite);
    await word;
  };
};
