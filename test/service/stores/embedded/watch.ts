/** Looks at a promise without waiting for it. */

/** Says, whenever it is asked, what became of the promise so far: `pending`, its value, or its error. */
export const watch = (promise: Promise<unknown>): (() => unknown) => {
  let state: unknown = 'pending';
  promise.then((value) => (state = value), (error: unknown) => (state = error));
  return () => state;
};
