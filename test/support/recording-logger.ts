/** A logger that remembers. */
import type { Logger } from '../../client/src/logger.ts';

export interface RecordingLogger extends Logger {
  /** Every line, as level, message and members. */
  readonly lines: string[];
}

export const recordingLogger = (): RecordingLogger => {
  const lines: string[] = [];
  const at =
    (level: string) =>
    (members: object, message: string): void =>
      void lines.push(`${level} ${message} ${JSON.stringify(members, (_name, value: unknown) => (value instanceof Error ? String(value) : value))}`);
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
};
