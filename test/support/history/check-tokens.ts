/** S1 and S2: fencing tokens are unique, and grow. */
import type { LeaseFacts, SessionFacts } from './facts.ts';
import { answeredMsOf, type HistoryRecord } from './record.ts';
import { sortedBy } from './sorted.ts';
import type { Violation } from './violation.ts';

export const checkTokens = (facts: SessionFacts): Violation[] => [...uniqueTokens(facts), ...growingTokens(facts)];

/** S1: no token is told for two lease ids, nor for two holders. */
const uniqueTokens = ({ session, leases, records }: SessionFacts): Violation[] => {
  const owners = new Map<number, { leaseId: string; record: HistoryRecord }>();
  const holders = new Map<number, { holder: string; record: HistoryRecord }>();
  const found: Violation[] = [];
  const tell = (message: string, ...shown: HistoryRecord[]): void => void found.push({ property: 'S1', session, message, records: shown });
  for (const { leaseId, positives, renews, releases } of leases) {
    const lost = [...renews, ...releases].filter(({ outcome }) => outcome.kind === 'lease-lost');
    for (const record of [...positives, ...lost]) {
      const token = record.outcome.fencingToken;
      if (token === undefined) continue;
      const owner = owners.get(token);
      if (!owner) owners.set(token, { leaseId, record });
      else if (owner.leaseId !== leaseId) tell(`token ${token} was granted to ${owner.leaseId} and to ${leaseId}`, owner.record, record);
    }
  }
  for (const record of records) {
    const { kind, holder, fencingToken, currentToken } = record.outcome;
    const token = kind === 'lease-held' ? currentToken : kind === 'granted' || kind === 'session' ? fencingToken : undefined;
    if (token === undefined || holder === undefined) continue;
    const known = holders.get(token);
    if (!known) holders.set(token, { holder, record });
    else if (known.holder !== holder) tell(`token ${token} belongs to holder ${known.holder} and to ${holder}`, known.record, record);
  }
  return found;
};

/** S2: a grant that was asked for after another was answered has the larger token. */
const growingTokens = ({ session, leases }: SessionFacts): Violation[] => {
  const told = leases.filter((lease): lease is LeaseFacts & { token: number } => lease.token !== undefined && lease.askedMs < Infinity);
  const byAnswer = sortedBy(told, ({ toldMs }) => toldMs);
  const found: Violation[] = [];
  let next = 0;
  let largest: (LeaseFacts & { token: number }) | undefined;
  for (const lease of sortedBy(told, ({ askedMs }) => askedMs)) {
    for (; next < byAnswer.length && byAnswer[next]!.toldMs < lease.askedMs; next += 1) {
      if (!largest || byAnswer[next]!.token > largest.token) largest = byAnswer[next]!;
    }
    if (!largest || largest === lease || lease.token > largest.token) continue;
    const message = `${lease.leaseId} was granted token ${lease.token}, asked for after ${largest.leaseId} had been told ${largest.token}`;
    found.push({ property: 'S2', session, message, records: [firstTold(largest), firstTold(lease)] });
  }
  return found;
};

const firstTold = ({ positives, toldMs }: LeaseFacts): HistoryRecord => positives.find((record) => answeredMsOf(record) === toldMs)!;
