/** Judges what a run left behind, by the promises alone (S11 to S15): it knows nothing of how anything is built. */
import type { Accepted, KeptReply, LogLine, ReplyRun, TranscriptLine } from './record.ts';
import { checkOrder } from './reply-order.ts';
import { idOf, violation, type ReplyViolation } from './violation.ts';

export interface ReplyVerdict {
  readonly violations: readonly ReplyViolation[];
  /** Replies whose keeping was acknowledged. */
  readonly kept: number;
  /** Generated, and lost with a process that was killed before the keeping was acknowledged. */
  readonly lostUnacknowledged: number;
  /** Accepted by the channel more than once, each time after an attempt of which nobody knew what came of it. */
  readonly repeats: number;
}

type Known = ReadonlyMap<string, KeptReply>;
type Sent = ReadonlyMap<string, readonly Accepted[]>;

/** What was acknowledged, told as ended, written or sent is there in the end. */
const checkKnown = ({ log, accepted, transcripts }: ReplyRun, known: Known): ReplyViolation[] => {
  const named = [...log.filter(({ what }) => what !== 'generated'), ...accepted, ...transcripts];
  const missing = new Map(named.filter((line) => !known.has(idOf(line))).map((line) => [idOf(line), line]));
  return [...missing.values()].map((line) => violation('gone', line, 'it was kept, written or sent, and the service does not know it'));
};

/** What the service says of a reply can be true. */
const checkStates = (known: Known, sent: Sent): ReplyViolation[] =>
  [...known.values()].flatMap((reply) => {
    const { state, attempts, committed, maybeDelivered, reason } = reply;
    const arrived = sent.get(idOf(reply))?.length ?? 0;
    const found: ReplyViolation[] = [];
    if ((state === 'dead' || state === 'superseded') && !reason) found.push(violation('unsaid', reply, `${state} without a reason`));
    if (state === 'delivered' && arrived === 0) found.push(violation('contradicted', reply, 'delivered, and the channel has never taken it'));
    if (state === 'delivered' && !committed) found.push(violation('contradicted', reply, 'delivered, and never committed'));
    const mayHaveArrived = state === 'delivered' || state === 'sending' || maybeDelivered;
    if (arrived > 0 && !mayHaveArrived) found.push(violation('contradicted', reply, `${state}, as if it had never arrived, and the channel has taken it`));
    if (arrived > attempts) found.push(violation('contradicted', reply, `taken ${arrived} times by the channel, with ${attempts} attempts`));
    return found;
  });

/** What a turn told its caller in the end is true. */
const checkEnds = (log: readonly LogLine[], known: Known, sent: Sent): ReplyViolation[] =>
  log.flatMap((line) => {
    if (line.what !== 'ended') return [];
    if (line.outcome === 'delivered' && !sent.has(idOf(line))) return [violation('contradicted', line, 'its turn says delivered, and the channel has never taken it')];
    if (line.outcome === 'dead' && known.get(idOf(line))?.state === 'parked') return [violation('contradicted', line, 'its turn says dead, and it waits to be delivered')];
    return [];
  });

/** A second time only under the same id, and only where the sender knew that the first might have arrived. What was begun first may arrive last: its sender stood still meanwhile. */
const checkRepeats = (sent: Sent): ReplyViolation[] =>
  [...sent.values()].flatMap((entries) =>
    entries.toSorted((a, b) => a.begunMs - b.begunMs).slice(1).flatMap((entry) => (entry.maybeDelivered ? [] : [violation('repeated', entry, 'sent again, though nothing was unknown about the attempt before')])),
  );

/** What the channel and the transcripts have is what was generated under that id, and the same each time. */
const checkTexts = ({ log, transcripts }: ReplyRun, sent: Sent): ReplyViolation[] => {
  const generated = Map.groupBy(log.filter(({ what }) => what === 'generated'), idOf);
  const isGenerated = (line: TranscriptLine): boolean => generated.get(idOf(line))?.some(({ text }) => text === line.text) ?? false;
  const unheard = [...[...sent.values()].flat(), ...transcripts].filter((line) => !isGenerated(line));
  return [
    ...unheard.map((line) => violation('garbled', line, 'nobody has generated this text under this id')),
    ...[...sent.values()].flatMap((entries) => entries.filter(({ text }) => text !== entries[0]!.text).map((entry) => violation('garbled', entry, 'two texts under one reply id'))),
  ];
};

/** The channel's record is one: in the order of its times, each attempt begun before it arrived. */
const checkRecord = (accepted: readonly Accepted[]): ReplyViolation[] =>
  accepted.flatMap((entry, index) => {
    if (entry.atMs < (accepted[index - 1]?.atMs ?? -Infinity)) return [violation('disordered', entry, 'stands in the record behind what came after it')];
    return entry.begunMs > 0 && entry.begunMs <= entry.atMs ? [] : [violation('garbled', entry, 'its attempt was begun at no time before it arrived')];
  });

/** What was committed or sent stands in its transcript once, with the text that was sent. */
const checkTranscripts = (known: Known, transcripts: readonly TranscriptLine[], sent: Sent): ReplyViolation[] => {
  const lines = Map.groupBy(transcripts, idOf);
  return [...known.values()].flatMap((reply) => {
    const found = lines.get(idOf(reply)) ?? [];
    const [first] = sent.get(idOf(reply)) ?? [];
    if (found.length > 1) return [violation('transcript', reply, `${found.length} lines of it`)];
    if (found.length === 0) return reply.committed || first ? [violation('transcript', reply, 'committed or sent, and not in the transcript')] : [];
    return first && first.text !== found[0]!.text ? [violation('transcript', reply, 'another text than was sent')] : [];
  });
};

/** A reply that was generated and never kept went with a process that was killed in between, and no other way. */
const unacknowledged = ({ log, killed }: ReplyRun): { lost: number; violations: ReplyViolation[] } => {
  const steps = Map.groupBy(log.filter(({ what }) => what !== 'ended'), (line) => `${line.pid}\n${idOf(line)}`);
  const unkept = [...steps.values()].flatMap((lines) => lines.filter(({ what }, index) => what === 'generated' && lines[index + 1]?.what !== 'kept'));
  const last = new Map([...Map.groupBy(log, ({ pid }) => pid)].map(([pid, lines]) => [pid, new Set(lines.filter(({ what }) => what === 'ended').map(idOf))]));
  const unexplained = unkept.filter((line) => !killed.includes(line.pid) || last.get(line.pid)!.has(idOf(line)));
  return { lost: unkept.length, violations: unexplained.map((line) => violation('unexplained', line, 'generated and not kept, and nobody was killed in between')) };
};

export const checkReplies = (run: ReplyRun): ReplyVerdict => {
  const log = run.log.toSorted((a, b) => a.atMs - b.atMs);
  const known = new Map(run.replies.map((reply) => [idOf(reply), reply]));
  const sent = Map.groupBy(run.accepted, idOf);
  const { lost, violations } = unacknowledged({ ...run, log });
  return {
    violations: [
      ...checkKnown(run, known),
      ...checkStates(known, sent),
      ...checkEnds(log, known, sent),
      ...checkRepeats(sent),
      ...checkTexts(run, sent),
      ...checkRecord(run.accepted),
      ...checkOrder(log, run.replies, sent),
      ...checkTranscripts(known, run.transcripts, sent),
      ...violations,
    ],
    kept: new Set(log.filter(({ what }) => what === 'kept').map(idOf)).size,
    lostUnacknowledged: lost,
    repeats: [...sent.values()].reduce((count, entries) => count + entries.length - 1, 0),
  };
};
