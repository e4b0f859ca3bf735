/** S6: a verdict on a fencing token is right, or it is `unknown`; and all but `current` is stale. */
import type { LeaseFacts, SessionFacts } from './facts.ts';
import { answeredMsOf, isUnknown, type HistoryRecord } from './record.ts';
import { minimaFrom, sortedBy, countUntil } from './sorted.ts';
import { aliveThrough, extensionsOf, largestExpiryMs, type Span } from './spans.ts';
import type { Violation } from './violation.ts';

export const checkFence = (facts: SessionFacts, spans: readonly Span[]): Violation[] => {
  const question = newQuestion(facts, spans);
  return facts.records.flatMap((record) => {
    const { command, outcome } = record;
    if (command.kind !== 'fence' || outcome.kind !== 'verdict' || isUnknown(record)) return [];
    const wrong = faultOf(question, command.fencingToken, record);
    if (!wrong) return [];
    const message = `token ${command.fencingToken} was judged ${outcome.verdict}${outcome.stale ? ', stale' : ''}: ${wrong}`;
    return [{ property: 'S6' as const, session: facts.session, message, records: [record] }];
  });
};

/** What all verdicts of a session are held against. */
interface Question {
  readonly facts: SessionFacts;
  readonly spans: readonly Span[];
  readonly leases: ReadonlyMap<number, LeaseFacts>;
  /** By token: from when on a request for that lease was under way, and by when it was told. */
  readonly tokens: readonly number[];
  readonly askedFrom: readonly number[];
  readonly toldFrom: readonly number[];
  /** Whether a lease may have been granted that no answer told of. */
  readonly mayBeUntold: boolean;
}

const newQuestion = (facts: SessionFacts, spans: readonly Span[]): Question => {
  const granted = sortedBy(
    facts.leases.filter(({ token }) => token !== undefined),
    ({ token }) => token!,
  );
  return {
    facts,
    spans,
    leases: new Map(granted.map((lease) => [lease.token!, lease])),
    tokens: granted.map(({ token }) => token!),
    askedFrom: minimaFrom(granted.map(({ askedMs }) => (askedMs === Infinity ? -Infinity : askedMs))),
    toldFrom: minimaFrom(granted.map(({ toldMs }) => toldMs)),
    mayBeUntold: facts.leases.some(({ token, acquires }) => token === undefined && acquires.some((acquire) => isUnknown(acquire) || acquire.outcome.position !== undefined)),
  };
};

const faultOf = (question: Question, token: number, record: HistoryRecord): string | undefined => {
  const { verdict, stale } = record.outcome;
  if (stale !== (verdict !== 'current')) return 'stale does not fit the verdict';
  if (verdict === 'unknown') return undefined;
  const lease = question.leases.get(token);
  const larger = countUntil(question.tokens, (other) => other > token);
  if (verdict === 'current') return lease ? currentFault(question, lease, record) : question.mayBeUntold ? undefined : 'nobody was granted it';
  const alive = aliveThrough(question.spans, { sentMs: record.sentMs, answeredMs: answeredMsOf(record) });
  if (alive?.lease.token === token) return 'its lease was alive all the time';
  if (verdict === 'superseded' && !question.mayBeUntold && !(question.askedFrom[larger]! < answeredMsOf(record))) return 'nobody had asked for a later grant';
  if (verdict === 'ended' && question.toldFrom[larger]! < record.sentMs) return 'a later grant had been told before';
  return undefined;
};

const currentFault = ({ facts }: Question, lease: LeaseFacts, { sentMs }: HistoryRecord): string | undefined => {
  if (lease.endedByMs < sentMs) return `its lease was over by ${lease.endedByMs} ms`;
  const expiryMs = largestExpiryMs(extensionsOf(lease, facts, () => false));
  return expiryMs < sentMs ? `its lease had expired by ${expiryMs} ms` : undefined;
};
