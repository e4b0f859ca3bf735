/** The typed side of `due.lua`: settles what is due in one partition, and counts what is there. */
import { defineScript } from '../script.ts';
import { list, number, optionalText, text } from './reading.ts';

/** What a partition has, by namespace and kind. */
export interface PartitionUsage {
  readonly counts: readonly { readonly namespace: string; readonly what: string; readonly count: number }[];
  /** By the store's clock, since when its oldest ticket, and its oldest undelivered reply, are there. */
  readonly waitingSinceMs: number | undefined;
  readonly undeliveredSinceMs: number | undefined;
}

export interface Settled {
  readonly sessions: number;
  /** By the store's clock; 0 unless the partition ever lost its state. */
  readonly noGrantsBeforeMs: number;
  readonly usage: PartitionUsage;
}

const optionalDigits = (told: unknown): number | undefined => {
  const digits = optionalText(told);
  return digits === undefined ? undefined : Number(digits);
};

const readUsage = (told: unknown): PartitionUsage => {
  const [fields, waitingSince, undeliveredSince] = list(told);
  const pairs = list(fields).map(text);
  const counts = [];
  for (let at = 0; at < pairs.length; at += 2) {
    const [field, count] = [pairs[at]!, pairs[at + 1]!];
    const split = field.lastIndexOf(':');
    counts.push({ namespace: field.slice(0, split), what: field.slice(split + 1), count: Number(count) });
  }
  return { counts, waitingSinceMs: optionalDigits(waitingSince), undeliveredSinceMs: optionalDigits(undeliveredSince) };
};

export const dueScript = defineScript<{ readonly sessionsMax: number }, Settled>('due', {
  args: ({ sessionsMax }) => [sessionsMax],
  read: ([sessions, noGrantsBefore, usage]) => ({ sessions: number(sessions), noGrantsBeforeMs: number(noGrantsBefore), usage: readUsage(usage) }),
});
