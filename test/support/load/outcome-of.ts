/** What an answer on the wire says, as histories name it. */
import type { HistoryOutcome, ReplySeen, SessionCommand, WaiterSeen } from '../history/record.ts';
import type { AnswerBody } from '../lease-api.ts';
import type { ReplyBody } from '../reply-api.ts';

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

const replySeen = ({ state = 'parked', fencingToken = NaN, sequence, attempts = NaN, committed = false }: ReplyBody & { readonly sequence?: number }): ReplySeen => ({
  state,
  fencingToken,
  ...(sequence !== undefined && { sequence }),
  attempts,
  committed,
});

const isAboutReply = (kind: SessionCommand['kind']): boolean => SUCCESS[kind] === 'reply' || kind === 'park';

/** @param body the whole answer, or one lease's part of a heartbeat's */
export const outcomeOf = (kind: SessionCommand['kind'], status: number, body: AnswerBody & { status?: unknown }): HistoryOutcome => {
  // The service had not read it whole.
  if (status === 408) return { kind: 'not-applied' };
  if (status >= 500) return { kind: body.outcome === 'not-applied' ? 'not-applied' : 'unknown' };
  if (status >= 300) return { ...kept(body), kind: body.code ?? 'unknown' };
  if (kind === 'renew' && typeof body.status === 'string') return { ...kept(body), kind: HEARTBEAT[body.status] ?? 'unknown' };
  if (isAboutReply(kind)) return { kind: SUCCESS[kind], reply: replySeen(body), ...(kind === 'park' && { repeated: status === 200 }) };
  if (kind === 'inspect') return { ...kept(body), kind: SUCCESS[kind], waiters: (body.waiters ?? []) as readonly WaiterSeen[] };
  return { ...kept(body), kind: SUCCESS[kind], ...(kind === 'acquire' && { repeated: status === 200 }) };
};
