/** Joins abort signals without leaving listeners behind on those that live longer. */

/**
 * Aborts `controller`, with the same reason, as soon as one of `signals` is aborted.
 * @returns what takes the listeners off again
 */
export const follow = (controller: AbortController, signals: readonly (AbortSignal | undefined)[]): (() => void) => {
  const present = signals.filter((signal) => signal !== undefined);
  const listener = (event: Event): void => controller.abort((event.target as AbortSignal).reason);
  const unfollow = (): void => {
    for (const signal of present) signal.removeEventListener('abort', listener);
  };
  const aborted = present.find((signal) => signal.aborted);
  if (aborted) controller.abort(aborted.reason);
  else for (const signal of present) signal.addEventListener('abort', listener);
  return unfollow;
};

/** What `promise` gives, or the reason of `signal`, whichever comes first. What is left behind is not heard any more. */
export const unlessAborted = <T>(signal: AbortSignal, promise: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const listener = (): void => reject(signal.reason);
    if (signal.aborted) listener();
    else signal.addEventListener('abort', listener);
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', listener));
  });
