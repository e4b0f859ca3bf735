/** Calls on one handle run one after another, in the order in which they were made. */
import { FenceBusyError } from './errors.ts';

export interface CallOrder {
  /**
   * Gives the call its turn once those before it have ended, whether well or not.
   * @throws FenceBusyError too many wait already
   */
  inTurn<Result>(call: () => Promise<Result>): Promise<Result>;
  /** Fulfilled once every call made so far has ended. */
  drained(): Promise<void>;
}

/** @param callsMax so many calls may be under way or waiting */
export const callOrder = (callsMax: number): CallOrder => {
  let last: Promise<void> = Promise.resolve();
  let calls = 0;
  return {
    async inTurn(call) {
      if (calls >= callsMax) throw new FenceBusyError(`${callsMax} calls wait for this fence already.`);
      calls += 1;
      const turn = last.then(call).finally(() => (calls -= 1));
      last = turn.then(
        () => {},
        () => {}, // the caller gets the error; the next call must not
      );
      return turn;
    },
    drained: () => last,
  };
};
