/** A session as the nodes keep it: JSON, without its waiters, who are their instance's own, and with times by the store's clock. */
import { EMPTY_SESSION, type Session } from '../../session/types.ts';
import { NO_PAST, type Past } from './past.ts';

interface Written extends Partial<Session> {
  readonly past?: Past;
}

/** As `apply` knows it, but for the moment when the lease ends: that is the nodes' to tell. */
export const writeSession = ({ lease, ended, previous, replies, settledReplies, repliesParked }: Session, past: Past): string =>
  JSON.stringify({
    past,
    lease,
    previous,
    ended: ended.length > 0 ? ended : undefined,
    replies: replies.length > 0 ? replies : undefined,
    settledReplies: settledReplies.length > 0 ? settledReplies : undefined,
    repliesParked: repliesParked > 0 ? repliesParked : undefined,
  });

/** @throws SyntaxError when the text is not what `writeSession` wrote */
export const readState = (text: string | undefined): { readonly session: Session; readonly past: Past } => {
  if (text === undefined) return { session: EMPTY_SESSION, past: NO_PAST };
  const { past = NO_PAST, ...session } = JSON.parse(text) as Written;
  return { session: { ...EMPTY_SESSION, ...session }, past };
};

/** @throws SyntaxError when the text is not what `writeSession` wrote */
export const readSession = (text: string | undefined): Session => readState(text).session;

/** The largest fencing token that the state tells of. */
export const tokenOf = ({ lease, previous }: Session): number => lease?.fencingToken ?? previous?.fencingToken ?? 0;

/** How a lease stands by the votes of the nodes. */
type Standing = { readonly kind: 'live'; readonly leftMs: number; readonly renewedMsAgo?: number } | { readonly kind: 'over'; readonly sinceMs: number } | { readonly kind: 'undecided' };

/** The session with the end of its lease as the nodes tell it. Where they cannot tell, it counts as live for a moment more. */
export const withLeaseLeft = (session: Session, standing: Standing, nowMs: number): Session => {
  const { lease } = session;
  if (!lease) return session;
  const expiresAtMs = nowMs + (standing.kind === 'live' ? Math.max(1, Math.floor(standing.leftMs)) : standing.kind === 'over' ? -Math.max(0, standing.sinceMs) : 1);
  const renewedAtMs = standing.kind === 'live' && standing.renewedMsAgo !== undefined ? Math.max(lease.renewedAtMs, nowMs - standing.renewedMsAgo) : lease.renewedAtMs;
  return { ...session, lease: { ...lease, expiresAtMs, renewedAtMs } };
};
