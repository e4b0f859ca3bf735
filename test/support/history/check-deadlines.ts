/** L4: every request is answered, or fails, within its deadline: two seconds beside its wait, and what the run allows for its machine. */
import type { SessionFacts } from './facts.ts';
import type { Violation } from './violation.ts';

export const checkDeadlines = ({ session, records, options: { deadlineMs } }: SessionFacts): Violation[] =>
  records.flatMap((record) => {
    const { sentMs, answeredMs, gaveUpMs, command } = record;
    const limitMs = (command.kind === 'acquire' ? command.waitMs : 0) + deadlineMs;
    const tookMs = (answeredMs ?? gaveUpMs ?? Infinity) - sentMs;
    return tookMs <= limitMs ? [] : [{ property: 'L4' as const, session, message: `a request took ${tookMs} ms, of ${limitMs} ms at most`, records: [record] }];
  });
