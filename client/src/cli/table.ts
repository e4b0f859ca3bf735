/** Rows as a terminal shows them. */

/** What would move the cursor, or more, is shown and not done. */
const shown = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);

/** Columns as wide as their widest cell, two blanks apart. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const cells = [head, ...rows.map((row) => row.map(shown))];
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  return cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ').trimEnd()).join('\n');
};

export const span = (ms: number | undefined): string => (ms === undefined ? '' : ms < 10_000 ? `${(ms / 1_000).toFixed(1)}s` : ms < 600_000 ? `${Math.round(ms / 1_000)}s` : `${Math.round(ms / 60_000)}m`);
