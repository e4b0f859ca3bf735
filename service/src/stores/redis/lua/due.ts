/** The typed side of `due.lua`: settles what is due in one partition. */
import { defineScript } from '../script.ts';
import { number } from './reading.ts';

export interface Settled {
  readonly sessions: number;
  /** By the store's clock; 0 unless the partition ever lost its state. */
  readonly noGrantsBeforeMs: number;
}

export const dueScript = defineScript<{ readonly sessionsMax: number }, Settled>('due', {
  args: ({ sessionsMax }) => [sessionsMax],
  read: ([sessions, noGrantsBefore]) => ({ sessions: number(sessions), noGrantsBeforeMs: number(noGrantsBefore) }),
});
