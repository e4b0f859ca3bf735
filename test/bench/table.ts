/** The result as a table of text. */
import { aimInWords, isMet } from './aims.ts';
import type { Line } from './line.ts';
import { spread } from './statistics.ts';

const HEADINGS = ['figure', 'aim', 'min', 'median', 'max', 'verdict'];

/** Three significant digits, and no more zeros than it takes. */
export const shown = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));

const verdict = ({ aim, runs }: Line): string => {
  if (!aim) return '';
  return isMet(aim, spread(runs).median) ? 'met' : 'NOT MET';
};

const cells = (line: Line): string[] => {
  const { figure, aim, unit, runs } = line;
  const { min, median, max } = spread(runs);
  const name = aim || !unit ? figure : `${figure}, ${unit}`;
  return [name, aim ? aimInWords(aim, unit) : '', shown(min), shown(median), shown(max), verdict(line)];
};

/** One row a line, columns aligned; numbers to the right. */
export const table = (lines: readonly Line[]): string => {
  const rows = [HEADINGS, ...lines.map(cells)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const isNumber = (column: number): boolean => column >= 2 && column <= 4;
  const aligned = rows.map((row) =>
    row.map((cell, column) => (isNumber(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join('  ').trimEnd(),
  );
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [aligned[0], rule, ...aligned.slice(1)].join('\n');
};
