/** The progress of a run: one line that is written over on a terminal, a plain line now and then elsewhere. */
import type { WriteStream } from 'node:tty';

export interface Progress {
  /** Says how far the run is. May be called as often as one likes. */
  show(text: string): void;
  /** Ends the line, so that what comes next stands on its own. */
  end(): void;
}

const PLAIN_EVERY_MS = 2_000;

type Output = Pick<WriteStream, 'write'> & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>;

/** @param nowMs a clock in milliseconds */
export const openProgress = (output: Output, nowMs: () => number): Progress => {
  let lastMs = Number.NEGATIVE_INFINITY;
  let shown = '';
  if (output.isTTY) {
    return {
      show(text) {
        shown = text.slice(0, (output.columns ?? 80) - 1); // a line that wraps cannot be written over
        output.write(`\r\u001b[K${shown}`);
      },
      end() {
        if (shown !== '') output.write('\n');
        shown = '';
      },
    };
  }
  return {
    show(text) {
      shown = text;
      if (nowMs() - lastMs < PLAIN_EVERY_MS) return;
      lastMs = nowMs();
      output.write(`${text}\n`);
      shown = '';
    },
    end() {
      if (shown !== '') output.write(`${shown}\n`);
      shown = '';
    },
  };
};
