/** Files of one JSON record a line. A record that was appended durably is still there after a SIGKILL and a power cut. */
import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';

/** Appends one record and answers after it has reached the disk. */
export const appendDurably = (path: string, record: object): void => {
  const descriptor = openSync(path, 'a');
  try {
    writeSync(descriptor, `${JSON.stringify(record)}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

/** Appends one record; it survives the death of this process, though not a power cut. */
export const append = (path: string, record: object): void => appendFileSync(path, `${JSON.stringify(record)}\n`);

/** The records in a text. A line that a killed process left unfinished at the end is no record yet. */
export const parseLines = <Line>(text: string): Line[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);

/** Reads the records of a file, oldest first; none when there is no such file. */
export const readLines = <Line>(path: string): Line[] => (existsSync(path) ? parseLines(readFileSync(path, 'utf8')) : []);
