/** The answer to Redis' INFO, taken apart. */

/** One field a line, name and value with a colon between them; headings begin with a hash sign. */
export const fieldsOf = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text
      .split('\r\n')
      .filter((line) => line.includes(':') && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  );
