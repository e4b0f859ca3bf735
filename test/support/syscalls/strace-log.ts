/** Reads what `strace -f -yy` wrote: one event for the beginning of a call and one for its end, in the order in which strace saw them. */

export interface CallEvent {
  readonly line: number;
  readonly thread: string;
  readonly call: string;
  readonly phase: 'begin' | 'end';
  /** What the file descriptor stands for: a path, or `TCP:[from->to]`. */
  readonly on: string;
  /** The first quoted argument as strace prints it; empty where the line has none. */
  readonly text: string;
  /** What the call returned; only at its end. */
  readonly result: number | undefined;
}

const WHOLE = /^(?<thread>\d+) +(?<call>\w+)\(\d+<(?<on>.*?)>(?<rest>(?:[,)]| <unfinished).*)$/;
const RESUMED = /^(?<thread>\d+) +<\.\.\. (?<call>\w+) resumed>(?<rest>.*)$/;
const RESULT = /\) += (?<result>-?\d+)(?: .*)?$/;
const TEXT = /"(?<text>(?:[^"\\]|\\.)*)"/;

const textOf = (rest: string): string => TEXT.exec(rest)?.groups?.['text'] ?? '';
const resultOf = (rest: string): number | undefined => {
  const result = RESULT.exec(rest)?.groups?.['result'];
  return result === undefined ? undefined : Number(result);
};

export const readStraceLog = (log: string): CallEvent[] => {
  /** Calls that have begun and not ended, by thread: a thread makes one at a time. */
  const underWay = new Map<string, CallEvent>();
  return log.split('\n').flatMap((source, line): CallEvent[] => {
    const whole = WHOLE.exec(source)?.groups as { thread: string; call: string; on: string; rest: string } | undefined;
    if (whole) {
      const { thread, call, on, rest } = whole;
      const begin: CallEvent = { line, thread, call, phase: 'begin', on, text: textOf(rest), result: undefined };
      underWay.set(thread, begin);
      return rest.includes('<unfinished ...>') ? [begin] : [begin, { ...begin, phase: 'end', result: resultOf(rest) }];
    }
    const resumed = RESUMED.exec(source)?.groups as { thread: string; call: string; rest: string } | undefined;
    const begun = resumed && underWay.get(resumed.thread);
    if (!resumed || begun?.call !== resumed.call) return [];
    return [{ ...begun, line, phase: 'end', text: begun.text || textOf(resumed.rest), result: resultOf(resumed.rest) }];
  });
};
