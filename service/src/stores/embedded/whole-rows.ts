/** Tells rows that are as they were written from rows that are not. */
import { DatabaseRefusedError } from './database-file.ts';

export type Summed<Row> = Row & { readonly checksum: number };

/** @throws DatabaseRefusedError when a row's checksum is another than its values' */
export const whole = <Row>(rows: readonly Summed<Row>[], sum: (row: Row) => number): readonly Row[] => {
  if (rows.some((row) => row.checksum !== sum(row))) throw new DatabaseRefusedError('it is damaged: a row is not as it was written');
  return rows;
};
