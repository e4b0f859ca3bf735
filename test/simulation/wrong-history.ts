/** A history that is wrong on purpose, and a lawful one that is as like it as can be. */
import type { CheckOptions } from '../support/history/options.ts';
import type { HistoryRecord } from '../support/history/record.ts';
import type { PropertyId } from '../support/history/violation.ts';

export interface WrongHistory {
  readonly about: string;
  readonly breaks: PropertyId;
  readonly wrong: readonly HistoryRecord[];
  readonly right: readonly HistoryRecord[];
  readonly options?: Partial<CheckOptions>;
}
