/** Of a session's replies the smallest fencing token goes first, then the smallest sequence, then what was parked first. */
import type { Accepted, KeptReply, LogLine } from './record.ts';
import { idOf, violation, type ReplyViolation } from './violation.ts';

/** What is known of the moment when a reply came to be in the service. */
interface Arrival {
  readonly reply: KeptReply;
  /** It is there from this moment on, or before. */
  readonly keptMs: number;
  /** It is not there before this moment. */
  readonly generatedMs: number;
}

const firstTimes = (log: readonly LogLine[], wanted: (line: LogLine) => boolean): ReadonlyMap<string, number> => {
  const times = new Map<string, number>();
  for (const line of log) if (wanted(line)) times.set(idOf(line), Math.min(line.atMs, times.get(idOf(line)) ?? Infinity));
  return times;
};

/** Whether nobody can doubt that `one` stands before `other`. */
const standsBefore = (one: Arrival, other: Arrival): boolean => {
  if (one.reply.fencingToken !== other.reply.fencingToken) return one.reply.fencingToken < other.reply.fencingToken;
  const [sequence, otherSequence] = [one.reply.sequence ?? Infinity, other.reply.sequence ?? Infinity];
  if (sequence !== otherSequence) return sequence < otherSequence;
  return one.keptMs < other.generatedMs;
};

/** Whoever was kept before another's attempt began, and stands before it, has arrived by then or never will. What is in a local spool is in nobody's way. */
export const checkOrder = (log: readonly LogLine[], replies: readonly KeptReply[], accepted: ReadonlyMap<string, readonly Accepted[]>): ReplyViolation[] => {
  const kept = firstTimes(log, ({ what, where }) => what === 'kept' && where === 'service');
  const generated = firstTimes(log, ({ what }) => what === 'generated');
  const arrivals = replies.map((reply) => ({ reply, keptMs: kept.get(idOf(reply)) ?? Infinity, generatedMs: generated.get(idOf(reply)) ?? -Infinity }));
  return [...Map.groupBy(arrivals, ({ reply }) => reply.session).values()].flatMap((session) =>
    session.flatMap((later) => {
      const sent = accepted.get(idOf(later.reply))?.[0];
      if (!sent) return [];
      return session.flatMap((earlier) => {
        const { state, replyId } = earlier.reply;
        const isInTheWay = state !== 'dead' && state !== 'superseded' && earlier.keptMs < sent.begunMs && standsBefore(earlier, later);
        const arrivedMs = accepted.get(idOf(earlier.reply))?.[0]?.atMs ?? Infinity;
        return isInTheWay && arrivedMs > sent.atMs ? [violation('disordered', sent, `sent before ${replyId}, which stands before it and was kept already`)] : [];
      });
    }),
  );
};
