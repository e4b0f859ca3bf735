/** A log whose lines a test can look at. */
import { Writable } from 'node:stream';
import { pino, type Logger } from 'pino';

export interface KeptLog {
  readonly log: Logger;
  /** Every line so far, of whatever level. */
  lines(): Record<string, unknown>[];
}

export const keepingLog = (): KeptLog => {
  const kept: string[] = [];
  const stream = new Writable({ write: (chunk: Buffer, _encoding, done) => (kept.push(chunk.toString()), done()) });
  return { log: pino({ level: 'trace' }, stream), lines: () => kept.map((line) => JSON.parse(line) as Record<string, unknown>) };
};
