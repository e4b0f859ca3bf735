/** The checker of replies can tell: a lawful run made by hand has no violation, each wrong one has; and in a real run whatever is removed or swapped is found. */
import t from 'tap';
import { Crashes } from '../support/crashes.ts';
import { checkReplies } from '../support/reply-run/check-replies.ts';
import type { Accepted, KeptReply, LogLine, ReplyRun, TranscriptLine } from '../support/reply-run/record.ts';
import { ReplyRunner } from '../support/reply-run/run.ts';
import type { ReplyViolation } from '../support/reply-run/violation.ts';
import { spawnService } from '../support/spawn-service.ts';

const LONG = process.env['HOLDFAST_LONG'] === '1';
const SEED = Number(process.env['HOLDFAST_SEED'] ?? Date.now() % 1_000_000);
t.setTimeout(240_000);

type Run = { -readonly [K in keyof ReplyRun]: ReplyRun[K] };

const SESSION = 'oc_1';
const GATEWAY = 11;
const KILLED = 12;
const name = (replyId: string) => ({ session: SESSION, replyId });
const textOf = (replyId: string): string => `text of ${replyId}`;
const log = (what: LogLine['what'], replyId: string, atMs: number, facts: Partial<LogLine> = {}): LogLine => ({ what, atMs, pid: GATEWAY, ...name(replyId), ...facts });

/** Generated, kept, and its turn ended, as it is on a good day. */
const turnOf = (replyId: string, atMs: number, outcome = 'delivered', where: 'service' | 'spool' = 'service'): LogLine[] => [
  log('generated', replyId, atMs, { text: textOf(replyId) }),
  log('kept', replyId, atMs + 1, { fencingToken: atMs, where }),
  log('ended', replyId, atMs + 9, { outcome }),
];
const sentAt = (replyId: string, atMs: number, maybeDelivered = false): Accepted => ({ ...name(replyId), atMs, text: textOf(replyId), fencingToken: atMs, maybeDelivered, begunMs: atMs - 2 });
const reply = (replyId: string, fencingToken: number, facts: Partial<KeptReply> = {}): KeptReply => ({
  ...name(replyId),
  fencingToken,
  state: 'delivered',
  committed: true,
  attempts: 1,
  maybeDelivered: false,
  ...facts,
});
const line = (replyId: string): TranscriptLine => ({ ...name(replyId), text: textOf(replyId) });

/** One turn after another: two as they should be, one sent twice after an unknown, one refused for good, one discarded, one from the spool, one generated in vain. */
const lawful = (): Run => ({
  log: [
    ...turnOf('r1', 100),
    ...turnOf('r2', 200),
    ...turnOf('r3', 300, 'unknown'),
    ...turnOf('refused', 400, 'dead'),
    ...turnOf('discarded', 500, 'parked'),
    ...turnOf('spooled', 600, 'parked', 'spool'),
    log('generated', 'lost', 700, { pid: KILLED, text: 'text of lost' }),
    ...turnOf('r4', 800),
  ],
  accepted: [sentAt('r1', 105), sentAt('r2', 205), sentAt('r3', 305), sentAt('r3', 395, true), sentAt('r4', 805), sentAt('spooled', 905)],
  replies: [
    reply('r1', 100),
    reply('r2', 200),
    reply('r3', 300, { attempts: 2, maybeDelivered: true }),
    reply('refused', 400, { state: 'dead', reason: 'the channel answered 403' }),
    reply('discarded', 500, { state: 'superseded', reason: 'out of date', committed: false, attempts: 0 }),
    reply('spooled', 600),
    reply('r4', 800),
  ],
  transcripts: ['r1', 'r2', 'r3', 'refused', 'spooled', 'r4'].map(line),
  killed: [KILLED],
});

const isOf = (replyId: string) => (entry: { readonly replyId: string }) => entry.replyId === replyId;
const without = <T extends { readonly replyId: string }>(entries: readonly T[], replyId: string): readonly T[] => entries.filter((entry) => !isOf(replyId)(entry));
const changed = <T extends { readonly replyId: string }>(entries: readonly T[], replyId: string, facts: Partial<T>): readonly T[] =>
  entries.map((entry) => (isOf(replyId)(entry) ? { ...entry, ...facts } : entry));

/** Each in the other's place, at the other's time. */
const swapped = (accepted: readonly Accepted[], one: number, other: number): readonly Accepted[] => {
  const swap = (to: number, from: number): Accepted => {
    const { atMs, begunMs } = accepted[to]!;
    return { ...accepted[from]!, atMs, begunMs };
  };
  return accepted.with(one, swap(one, other)).with(other, swap(other, one));
};

const WRONG: readonly [about: string, rule: ReplyViolation['rule'], replyId: string, wrong: (run: Run) => Partial<Run>][] = [
  ['a reply is gone from the service', 'gone', 'r2', ({ replies }) => ({ replies: without(replies, 'r2') })],
  ['one that only waits is gone', 'gone', 'discarded', ({ replies }) => ({ replies: without(replies, 'discarded') })],
  ['one from the spool is gone', 'gone', 'spooled', ({ replies, accepted, transcripts }) => ({
    replies: without(replies, 'spooled'),
    accepted: without(accepted, 'spooled'),
    transcripts: without(transcripts, 'spooled'),
  })],
  ['one that nobody has acknowledged, and that was sent, is gone', 'gone', 'r2', ({ replies, log: lines }) => ({
    replies: without(replies, 'r2'),
    log: lines.filter((entry) => !isOf('r2')(entry) || entry.what === 'generated'),
    killed: [GATEWAY, KILLED],
  })],
  ['a delivered one never arrived', 'contradicted', 'r2', ({ accepted }) => ({ accepted: without(accepted, 'r2') })],
  ['a turn says delivered, and nothing arrived', 'contradicted', 'r2', ({ accepted, replies }) => ({
    accepted: without(accepted, 'r2'),
    replies: changed(replies, 'r2', { state: 'dead', reason: 'too old' }),
  })],
  ['a turn says dead, and the reply waits', 'contradicted', 'refused', ({ replies }) => ({ replies: changed(replies, 'refused', { state: 'parked' }) })],
  ['a dead one arrived', 'contradicted', 'refused', ({ accepted }) => ({ accepted: [...accepted, sentAt('refused', 950)] })],
  ['one that waits arrived, and nothing is known of it', 'contradicted', 'r2', ({ replies }) => ({ replies: changed(replies, 'r2', { state: 'parked' }) })],
  ['a discarded one arrived, and nothing is known of it', 'contradicted', 'r2', ({ replies }) => ({ replies: changed(replies, 'r2', { state: 'superseded', reason: 'why not' }) })],
  ['it arrived more often than it was attempted', 'contradicted', 'r3', ({ replies }) => ({ replies: changed(replies, 'r3', { attempts: 1 }) })],
  ['a delivered one was never committed', 'contradicted', 'r2', ({ replies }) => ({ replies: changed(replies, 'r2', { committed: false }) })],
  ['a dead one without a reason', 'unsaid', 'refused', ({ replies }) => ({ replies: changed(replies, 'refused', { reason: '' }) })],
  ['a discarded one without a reason', 'unsaid', 'discarded', ({ replies }) => ({ replies: changed(replies, 'discarded', { reason: '' }) })],
  ['sent twice without the mark', 'repeated', 'r3', ({ accepted }) => ({ accepted: changed(accepted, 'r3', { maybeDelivered: false }) })],
  ['a pair is swapped', 'disordered', 'r2', ({ accepted }) => ({ accepted: swapped(accepted, 0, 1) })],
  ['a pair of lines is swapped', 'disordered', 'r1', ({ accepted }) => ({ accepted: accepted.with(0, accepted[1]!).with(1, accepted[0]!) })],
  ['sent before one that still waits', 'disordered', 'r2', ({ accepted, replies, log: lines }) => ({
    accepted: without(accepted, 'r1'),
    replies: changed(replies, 'r1', { state: 'parked' }),
    log: lines.map((entry) => (isOf('r1')(entry) && entry.what === 'ended' ? { ...entry, outcome: 'parked' } : entry)),
  })],
  ['another order than that of the sequence', 'disordered', 'r1', ({ replies }) => ({
    replies: changed(changed(replies, 'r1', { fencingToken: 200 }), 'r2', { sequence: 1 }),
    log: [...lawful().log.map((entry) => (isOf('r2')(entry) ? { ...entry, atMs: entry.atMs - 190 } : entry))],
  })],
  ['another order than that of parking', 'disordered', 'r2', ({ accepted, replies }) => ({ replies: changed(replies, 'r2', { fencingToken: 100 }), accepted: swapped(accepted, 0, 1) })],
  ['nobody knows when its attempt was begun', 'garbled', 'r2', ({ accepted }) => ({ accepted: changed(accepted, 'r2', { begunMs: 0 }) })],
  ['another text', 'garbled', 'r2', ({ accepted }) => ({ accepted: changed(accepted, 'r2', { text: 'text of r1' }) })],
  ['another text the second time', 'garbled', 'r3', ({ accepted, log: lines }) => ({
    accepted: accepted.with(3, { ...accepted[3]!, text: 'made anew' }),
    log: [...lines, log('generated', 'r3', 350, { text: 'made anew', pid: KILLED })],
  })],
  ['a line that nobody has generated', 'garbled', 'refused', ({ transcripts }) => ({ transcripts: changed(transcripts, 'refused', { text: 'something' }) })],
  ['the transcript has not what was sent', 'transcript', 'r2', ({ transcripts }) => ({ transcripts: without(transcripts, 'r2') })],
  ['the transcript has not what the service says is committed', 'transcript', 'refused', ({ transcripts }) => ({ transcripts: without(transcripts, 'refused') })],
  ['the transcript has it twice', 'transcript', 'r2', ({ transcripts }) => ({ transcripts: [...transcripts, line('r2')] })],
  ['the transcript has another text than was sent', 'transcript', 'r2', ({ transcripts, log: lines }) => ({
    transcripts: changed(transcripts, 'r2', { text: 'made anew' }),
    log: [...lines, log('generated', 'r2', 150, { text: 'made anew', pid: KILLED })],
  })],
  ['a loss that no kill explains', 'unexplained', 'lost', () => ({ killed: [] })],
  ['a loss of a turn that came to its end before the kill', 'unexplained', 'lost', ({ log: lines, replies }) => ({
    log: [...lines, log('ended', 'lost', 750, { pid: KILLED, outcome: 'parked' })],
    replies: [...replies, reply('lost', 700, { state: 'superseded', reason: 'why not', committed: false })],
  })],
];

void t.test('a sending that stood still, and arrived after the one that came instead, is no repeat without the mark', async (t) => {
  const { accepted } = lawful();
  const late = accepted.map((entry) => (isOf('r3')(entry) && !entry.maybeDelivered ? { ...entry, atMs: 396 } : entry)).toSorted((a, b) => a.atMs - b.atMs);
  t.strictSame(late.filter(isOf('r3')).map(({ maybeDelivered }) => maybeDelivered), [true, false]);
  t.strictSame(checkReplies({ ...lawful(), accepted: late }).violations, []);
});

t.test('a lawful run has no violation', async (test) => {
  const { violations, ...counts } = checkReplies(lawful());
  test.same(violations, []);
  test.same(counts, { kept: 7, lostUnacknowledged: 1, repeats: 1 });
});

for (const [about, rule, replyId, wrong] of WRONG) {
  void t.test(`${rule}: ${about}`, async (test) => {
    const { violations } = checkReplies({ ...lawful(), ...wrong(lawful()) });
    test.ok(violations.some((found) => found.rule === rule && found.replyId === replyId && found.session === SESSION), 'is found', { violations });
  });
}

void t.test('what is in the local spool, dead or given up is in nobody\'s way', async (test) => {
  const run = lawful();
  for (const replyId of ['spooled', 'refused', 'discarded']) {
    const { fencingToken } = run.replies.find(isOf(replyId))!;
    test.ok(fencingToken < run.replies.find(isOf('r4'))!.fencingToken, `${replyId} stands before the last one`);
  }
  test.same(checkReplies(run).violations, []);
});

void t.test('one that is dead or given up after an unknown may have arrived', async (test) => {
  for (const state of ['dead', 'superseded'] as const) {
    const run = lawful();
    run.replies = changed(run.replies, 'r3', { state, reason: 'too old' });
    test.same(checkReplies(run).violations, [], state);
  }
});

void t.test(`in a real run each removal and each swapped pair is found, seed ${SEED}`, async (test) => {
  const service = await spawnService(test);
  const { run } = await new ReplyRunner({ seed: SEED, turns: LONG ? 300 : 40, sessions: 6, turnsPerKill: 20, crashShare: 0.2 }, service, new Crashes(service, undefined)).run();
  test.same(checkReplies(run).violations, [], 'as it was there is nothing to find');

  const finds = (wrong: Partial<Run>, { session, replyId }: { session: string; replyId: string }): boolean =>
    checkReplies({ ...run, ...wrong }).violations.some((found) => found.session === session && found.replyId === replyId);
  const isSame = (one: { session: string; replyId: string }) => (other: { session: string; replyId: string }) => one.session === other.session && one.replyId === other.replyId;
  const missed: string[] = [];
  const demand = (what: string, wrong: Partial<Run>, of: { session: string; replyId: string }): void => {
    if (!finds(wrong, of)) missed.push(`${what}: ${of.session} ${of.replyId}`);
  };
  const kept = run.replies.filter((stored) => run.log.some((entry) => entry.what === 'kept' && isSame(stored)(entry)));
  for (const stored of kept) {
    const isIt = isSame(stored);
    demand('gone from the service', { replies: run.replies.filter((other) => !isIt(other)) }, stored);
    if (stored.state !== 'delivered') continue;
    demand('gone from the channel', { accepted: run.accepted.filter((sent) => !isIt(sent)) }, stored);
    demand('gone from the transcript', { transcripts: run.transcripts.filter((written) => !isIt(written)) }, stored);
  }
  const firsts = run.accepted.flatMap((sent, index) => (run.accepted.findIndex(isSame(sent)) === index ? [{ sent, index }] : []));
  let pairs = 0;
  for (const bySession of Map.groupBy(firsts, ({ sent }) => sent.session).values()) {
    for (const [at, { sent, index }] of bySession.entries()) {
      const next = bySession[at + 1];
      const [first, second] = [kept.find(isSame(sent)), next && kept.find(isSame(next.sent))];
      const keptMs = run.log.find((line) => line.what === 'kept' && isSame(sent)(line))?.atMs ?? Infinity;
      // Either order is lawful where one was parked late, or is not known to have been kept before the other's attempt began.
      if (!next || !first || !second || first.fencingToken > second.fencingToken || keptMs >= next.sent.begunMs) continue;
      pairs += 1;
      const wrong = swapped(run.accepted, index, next.index);
      if (checkReplies({ ...run, accepted: wrong }).violations.length === 0) missed.push(`swapped: ${sent.session} ${sent.replyId} and ${next.sent.replyId}`);
    }
  }
  test.ok(kept.length >= 30 && pairs >= 20, `${kept.length} kept replies, ${pairs} pairs`);
  test.same(missed, [], 'each is found');
});
