/** Judges what a run left behind, by the promises alone (S11 to S15): it knows nothing of how anything is built. */
import type { Accepted, KeptReply, LogLine, ReplyRun, TranscriptLine } from './record.ts';

export interface ReplyViolation {
  readonly rule: 'gone' | 'unsaid' | 'contradicted' | 'repeated' | 'disordered' | 'garbled' | 'transcript' | 'unexplained';
  readonly session: string;
  readonly replyId: string;
  readonly detail: string;
}

export interface ReplyVerdict {
  readonly violations: readonly ReplyViolation[];
  /** Replies whose keeping was acknowledged. */
  readonly kept: number;
  /** Generated, and lost with a process that was killed before the keeping was acknowledged. */
  readonly lostUnacknowledged: number;
  /** Accepted by the channel more than once, each time after an attempt of which nobody knew what came of it. */
  readonly repeats: number;
}

const idOf = ({ session, replyId }: { readonly session: string; readonly replyId: string }): string => `${session}\n${replyId}`;
const violation = (rule: ReplyViolation['rule'], { session, replyId }: { readonly session: string; readonly replyId: string }, detail: string): ReplyViolation => ({
  rule,
  session,
  replyId,
  detail,
});

/** What was acknowledged is there in the end, delivered or with a reason. */
const checkKept = (kept: ReadonlyMap<string, LogLine>, replies: ReadonlyMap<string, KeptReply>): ReplyViolation[] =>
  [...kept.values()].flatMap((line) => {
    const reply = replies.get(idOf(line));
    if (!reply) return [violation('gone', line, 'its keeping was acknowledged, and the service does not know it')];
    if ((reply.state === 'dead' || reply.state === 'superseded') && !reply.reason) return [violation('unsaid', line, `${reply.state} without a reason`)];
    return [];
  });

/** What the service says and what the channel has agree. */
const checkStates = (replies: ReadonlyMap<string, KeptReply>, accepted: ReadonlyMap<string, readonly Accepted[]>): ReplyViolation[] =>
  [...replies.values()].flatMap((reply) => {
    const arrived = accepted.has(idOf(reply));
    if (reply.state === 'delivered' && !arrived) return [violation('contradicted', reply, 'delivered, and the channel has never taken it')];
    if (reply.state === 'dead' && arrived) return [violation('contradicted', reply, 'dead, and the channel has taken it')];
    return [];
  });

/** A second time only under the same id, and only where the sender knew that the first might have arrived. */
const checkRepeats = (accepted: ReadonlyMap<string, readonly Accepted[]>): ReplyViolation[] =>
  [...accepted.values()].flatMap((entries) =>
    entries.slice(1).flatMap((entry) => (entry.maybeDelivered ? [] : [violation('repeated', entry, 'sent again, though nothing was unknown about the attempt before')])),
  );

/** What the channel has is what was generated under that id, and the same each time. */
const checkTexts = (accepted: ReadonlyMap<string, readonly Accepted[]>, generated: ReadonlyMap<string, ReadonlySet<string>>): ReplyViolation[] =>
  [...accepted.values()].flatMap((entries) =>
    entries.flatMap((entry) => {
      if (entry.text !== entries[0]!.text) return [violation('garbled', entry, 'two texts under one reply id')];
      return generated.get(idOf(entry))?.has(entry.text) ? [] : [violation('garbled', entry, 'nobody has generated this text under this id')];
    }),
  );

/**
 * Of a session's replies the smallest fencing token goes first: whoever was kept before another's attempt began, and stands before it, has arrived by then
 * or never will.
 */
const checkOrder = (kept: ReadonlyMap<string, LogLine>, replies: ReadonlyMap<string, KeptReply>, accepted: ReadonlyMap<string, readonly Accepted[]>): ReplyViolation[] => {
  const bySession = Map.groupBy(kept.values(), ({ session }) => session);
  return [...accepted.values()].flatMap((entries) => {
    const first = entries[0]!;
    const token = replies.get(idOf(first))?.fencingToken ?? Infinity;
    return (bySession.get(first.session) ?? []).flatMap((other) => {
      const state = replies.get(idOf(other));
      const standsBefore = state !== undefined && state.fencingToken < token && other.where === 'service' && other.atMs < first.begunMs;
      if (!standsBefore || state.state === 'dead' || state.state === 'superseded') return [];
      const arrivedMs = accepted.get(idOf(other))?.[0]?.atMs ?? Infinity;
      return arrivedMs <= first.atMs ? [] : [violation('disordered', first, `sent before ${other.replyId}, which stands before it and was kept already`)];
    });
  });
};

/** Each delivered reply stands in its transcript once, with the text that was sent. */
const checkTranscripts = (replies: ReadonlyMap<string, KeptReply>, transcripts: readonly TranscriptLine[], accepted: ReadonlyMap<string, readonly Accepted[]>): ReplyViolation[] => {
  const lines = Map.groupBy(transcripts, idOf);
  return [...replies.values()].flatMap((reply) => {
    const found = lines.get(idOf(reply)) ?? [];
    if (found.length > 1) return [violation('transcript', reply, `${found.length} lines of it`)];
    if (reply.state !== 'delivered') return [];
    const sent = accepted.get(idOf(reply))?.[0]?.text;
    return found[0]?.text === sent ? [] : [violation('transcript', reply, found.length === 0 ? 'delivered, and not in the transcript' : 'another text than was sent')];
  });
};

/** A reply that was generated and never kept went with a process that was killed in between, and no other way. */
const unacknowledged = ({ log, killed }: ReplyRun, kept: ReadonlyMap<string, LogLine>): { lost: number; violations: ReplyViolation[] } => {
  const generated = log.filter(({ what }) => what === 'generated');
  const unkept = generated.filter((line) => !log.some((later) => later.pid === line.pid && later.what !== 'generated' && idOf(later) === idOf(line) && later.atMs >= line.atMs));
  const unexplained = unkept.filter(({ pid }) => !killed.includes(pid));
  return {
    lost: unkept.filter((line) => !kept.has(idOf(line)) || kept.get(idOf(line))!.atMs > line.atMs).length,
    violations: unexplained.map((line) => violation('unexplained', line, 'generated and not kept, by a process that nobody killed')),
  };
};

export const checkReplies = (run: ReplyRun): ReplyVerdict => {
  const kept = new Map<string, LogLine>();
  for (const line of run.log) if (line.what === 'kept' && !kept.has(idOf(line))) kept.set(idOf(line), line);
  const replies = new Map(run.replies.map((reply) => [idOf(reply), reply]));
  const accepted = Map.groupBy(run.accepted, idOf);
  const generated = new Map([...Map.groupBy(run.log.filter(({ what }) => what === 'generated'), idOf)].map(([id, lines]) => [id, new Set(lines.map(({ text = '' }) => text))]));
  const { lost, violations } = unacknowledged(run, kept);
  return {
    violations: [
      ...checkKept(kept, replies),
      ...checkStates(replies, accepted),
      ...checkRepeats(accepted),
      ...checkTexts(accepted, generated),
      ...checkOrder(kept, replies, accepted),
      ...checkTranscripts(replies, run.transcripts, accepted),
      ...violations,
    ],
    kept: kept.size,
    lostUnacknowledged: lost,
    repeats: [...accepted.values()].reduce((count, entries) => count + entries.length - 1, 0),
  };
};
