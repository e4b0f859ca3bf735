/** What the checker finds. */
import type { HistoryRecord } from './record.ts';

export type PropertyId = 'S1' | 'S2' | 'S3' | 'S6' | 'S7' | 'S8' | 'S9' | 'S10' | 'S11' | 'S12' | 'S13' | 'S14' | 'S15' | 'S16' | 'L1' | 'L3' | 'L4' | 'FIFO';

export interface Violation {
  /** The promise that was broken; `L3` is the eviction of a healthy holder, `FIFO` the order of waiters. */
  readonly property: PropertyId;
  readonly session: string;
  readonly message: string;
  /** The records that show it. */
  readonly records: readonly HistoryRecord[];
}

export const describe = ({ property, session, message, records }: Violation): string =>
  `${property} in session ${session}: ${message}\n${records.map((record) => `    ${JSON.stringify(record)}`).join('\n')}`;
