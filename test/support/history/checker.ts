/**
 * Judges a recorded history by the promises S1, S2, S3, S6, S7, S8, S9, S10, S11 to S15 (of replies), S16, L1, L3, L4 and the order of waiters. It knows the promises and the
 * clients' records (see `record.ts`), and nothing of the code that it judges. It reports only what no lawful run can explain: a request
 * may have been carried out at any time while it was under way, an unanswered one also soon after, or never. In n log n of the records.
 */
import { checkDeadlines } from './check-deadlines.ts';
import { checkDelays } from './check-delays.ts';
import { checkFence } from './check-fence.ts';
import { checkLiveness } from './check-liveness.ts';
import { checkOrder } from './check-order.ts';
import { checkRepeats } from './check-repeats.ts';
import { checkReplies } from './check-replies.ts';
import { checkTaking } from './check-taking.ts';
import { checkTokens } from './check-tokens.ts';
import { gatherSessions } from './facts.ts';
import { DEFAULTS, type CheckOptions } from './options.ts';
import type { HistoryRecord } from './record.ts';
import { gatherReplies } from './reply-facts.ts';
import { sureSpans } from './spans.ts';
import type { Violation } from './violation.ts';

export const checkHistory = (records: readonly HistoryRecord[], options: Partial<CheckOptions> = {}): Violation[] =>
  gatherSessions(records, { ...DEFAULTS, ...options }).flatMap((facts) => {
    const spans = sureSpans(facts);
    const replies = gatherReplies(facts.records, facts.outages);
    return [
      ...checkTokens(facts),
      ...checkLiveness(facts, spans),
      ...checkFence(facts, spans),
      ...checkRepeats(facts, spans),
      ...checkOrder(facts),
      ...checkDelays(facts, spans),
      ...checkDeadlines(facts),
      ...checkReplies(facts, replies),
      ...checkTaking(facts, spans, replies),
    ];
  });
