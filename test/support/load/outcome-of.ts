/** What an answer on the wire says, as histories name it. */
import type { HistoryOutcome, SessionCommand } from '../history/record.ts';
import type { AnswerBody } from '../lease-api.ts';

const SUCCESS: Readonly<Record<SessionCommand['kind'], string>> = {
  acquire: 'granted',
  renew: 'renewed',
  release: 'released',
  fence: 'verdict',
  inspect: 'session',
  yield: 'asked',
  revoke: 'revoked',
  park: 'parked',
  attempt: 'reply',
  replay: 'reply',
  discard: 'reply',
  'inspect-reply': 'reply',
};

const HEARTBEAT: Readonly<Record<string, string>> = { held: 'renewed', lost: 'lease-lost', 'not-found': 'lease-unknown', unknown: 'unknown' };

const KEPT = ['fencingToken', 'currentToken', 'holder', 'ttlMs', 'remainingMs', 'waitedMs', 'position', 'endedBecause', 'held', 'verdict', 'stale'] as const;

/** The members that the checker reads. */
const kept = (body: AnswerBody): Omit<HistoryOutcome, 'kind'> =>
  Object.fromEntries(KEPT.flatMap((member) => (body[member] === undefined ? [] : [[member, body[member]]])));

/** @param body the whole answer, or one lease's part of a heartbeat's */
export const outcomeOf = (kind: SessionCommand['kind'], status: number, body: AnswerBody & { status?: unknown }): HistoryOutcome => {
  if (status >= 500) return { kind: body.outcome === 'not-applied' ? 'not-applied' : 'unknown' };
  if (status >= 300) return { ...kept(body), kind: body.code ?? 'unknown' };
  if (kind === 'renew' && typeof body.status === 'string') return { ...kept(body), kind: HEARTBEAT[body.status] ?? 'unknown' };
  return { ...kept(body), kind: SUCCESS[kind], ...(kind === 'acquire' && { repeated: status === 200 }) };
};
