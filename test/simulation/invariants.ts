/** What must hold of a session after every single command, seen from inside. */
import type { Applied } from '../../service/src/session/apply.ts';
import type { Command } from '../../service/src/session/commands.ts';
import { nextDueAt } from '../../service/src/session/settle.ts';
import type { FencingToken, Lease, Session, Waiter } from '../../service/src/session/types.ts';
import { must } from './invariant.ts';
import { checkReplies } from './reply-invariants.ts';

export interface Transition {
  readonly before: Session;
  readonly floorBefore: FencingToken;
  readonly command: Command;
  readonly nowMs: number;
  readonly after: Applied;
  /** Whether ages are as the monotonic clock told them: not after a restart with a wall clock that was set. */
  readonly agesAreExact: boolean;
}

/** Lease id hashes in a simulated world begin with this, so that a leak is found wherever it is. */
export const HASH_MARK = 'hash-of-';

export const checkTransition = (transition: Transition): void => {
  const { after, nowMs } = transition;
  const { lease, waiters } = after.session;
  if (lease) checkLease(lease, nowMs);
  else must(waiters.length === 0, 'a free session has no waiters');
  for (const waiter of waiters) checkWaiter(waiter, nowMs);
  checkQueue(waiters);
  checkEnded(transition);
  checkIds(after.session);
  checkTokens(transition);
  checkExpiry(transition);
  checkReads(transition);
  checkReplies(transition);
  must(!JSON.stringify([after.outcome, after.wakes, after.events]).includes(HASH_MARK), 'no lease id leaves the state');
};

const checkLease = (lease: Lease, nowMs: number): void => {
  must(lease.expiresAtMs > nowMs, 'a lease that is kept is live');
  must(lease.expiresAtMs <= lease.holdEndsAtMs, 'no lease lives past its max hold');
  must(lease.expiresAtMs <= (lease.yieldRequest?.endsAtMs ?? Infinity), 'no lease lives past its preemption');
  must(lease.expiresAtMs <= nowMs + lease.ttlLongestMs, 'no lease lives longer than its longest TTL');
  must(lease.confirmed || lease.expiresAtMs <= nowMs + 5_000, 'an offer lives five seconds at most');
};

const checkWaiter = ({ connection, waitEndsAtMs, ticketEndsAtMs }: Waiter, nowMs: number): void => {
  if (connection === undefined) {
    must(ticketEndsAtMs > nowMs, 'a void ticket is not kept');
    must(ticketEndsAtMs <= nowMs + 5_000, 'an absent waiter keeps its ticket for five seconds at most');
  } else {
    must(waitEndsAtMs > nowMs, 'a wait that is over is answered');
    must(ticketEndsAtMs <= nowMs + 65_000, 'a ticket lives for its wait and five seconds');
  }
};

const checkQueue = (waiters: readonly Waiter[]): void => {
  must(waiters.length <= 1_000, 'there are 1,000 waiters at most');
  waiters.forEach((waiter, index) => {
    const next = waiters[index + 1];
    if (!next) return;
    must(!waiter.background || next.background, 'the foreground stands before the background');
    must(waiter.background !== next.background || waiter.enqueuedAtMs <= next.enqueuedAtMs, 'each class stands in order of arrival');
  });
};

const checkEnded = ({ after, nowMs, agesAreExact }: Transition): void => {
  const { ended } = after.session;
  must(ended.length <= 1_000, '1,000 ended ids are remembered at most');
  if (!agesAreExact) return;
  must(ended.every(({ endedAtMs }) => endedAtMs <= nowMs && endedAtMs + 15 * 60_000 > nowMs), 'ended ids are younger than 15 minutes');
  must(ended.every(({ endedAtMs }, index) => index === 0 || ended[index - 1]!.endedAtMs <= endedAtMs), 'ended ids stand oldest first');
};

const checkIds = ({ lease, waiters, ended }: Session): void => {
  const ids = [...(lease ? [lease.leaseIdHash] : []), ...waiters.map(({ leaseIdHash }) => leaseIdHash), ...ended.map(({ leaseIdHash }) => leaseIdHash)];
  must(new Set(ids).size === ids.length, 'an id holds, waits or is over: one of them, once');
};

const checkTokens = ({ before, floorBefore, after }: Transition): void => {
  const granted = after.events.filter(({ type }) => type === 'granted').map(({ fencingToken }) => fencingToken);
  const ended = after.events.filter(({ type }) => type === 'ended').map(({ fencingToken }) => fencingToken);
  must(after.floor >= floorBefore, 'the floor never falls');
  must(
    granted.every((token, index) => token > (granted[index - 1] ?? floorBefore)),
    'each token is larger than the floor was',
  );
  must((granted.at(-1) ?? floorBefore) === after.floor, 'the floor is the largest token');
  const held = [...(before.lease ? [before.lease.fencingToken] : []), ...granted];
  must(held.length - ended.length === (after.session.lease ? 1 : 0), 'a lease ends before the next is granted');
  must(
    ended.every((token, index) => token === held[index]),
    'every end is told, once and in order',
  );
  must(after.session.lease === undefined || after.session.lease.fencingToken === held.at(-1), 'the newest grant is the one that holds');
};

/** An expiry moves on by renewal alone, and back by nothing but the close of the one connection that could have told of it. */
const checkExpiry = ({ before, command, after }: Transition): void => {
  const [was, is] = [before.lease, after.session.lease];
  if (!was || !is || was.fencingToken !== is.fencingToken) return;
  if (is.expiresAtMs > was.expiresAtMs) must(command.kind === 'renew' && command.leaseIdHash === is.leaseIdHash, 'only its own renewal extends a lease');
  if (is.expiresAtMs < was.expiresAtMs) {
    must(command.kind === 'disconnect' && command.connection === was.soleConnection, 'nothing moves an expiry back that somebody was told');
  }
};

const READS: ReadonlySet<string> = new Set(['inspect', 'fence', 'tick', 'inspect-reply', 'list-replies']);
/** Answers that promise that nothing was done. */
const REFUSALS: ReadonlySet<string> = new Set([
  'reply-unknown',
  'reply-settled',
  'reply-not-next',
  'reply-sending',
  'attempt-superseded',
  'attempt-not-taken',
  'reply-id-reused',
  'fencing-token-unknown',
  'replies-full',
]);

const checkReads = ({ before, command, after, nowMs }: Transition): void => {
  if (!READS.has(command.kind) && !REFUSALS.has(after.outcome.kind)) return;
  const { lease, ended, settledReplies } = before;
  const isForgotten = (ended[0]?.endedAtMs ?? Infinity) + 15 * 60_000 <= nowMs || (settledReplies[0]?.settledAtMs ?? Infinity) + 7 * 24 * 3_600_000 <= nowMs;
  const isDue = (nextDueAt(before) ?? Infinity) <= nowMs || (lease?.expiresAtMs ?? Infinity) <= nowMs || isForgotten;
  if (isDue) return;
  must(after.session === before, 'a look changes nothing when nothing is due');
  must(after.wakes.length + after.events.length === 0, 'a look tells nobody anything when nothing is due');
};
