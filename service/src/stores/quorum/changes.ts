/** What a command has changed, as far as the nodes are concerned. Pure. */
import type { Lease, Session } from '../../session/types.ts';

export type Change =
  | 'none'
  /** Only the moment when the lease ends has moved on, and when it was renewed. */
  | 'renewal'
  | 'write';

/** `before` is what `apply` was given and `after` what it gave: what is the same object has not changed. */
export const changeOf = (before: Session, after: Session): Change => {
  const isWritten =
    before.previous !== after.previous ||
    before.replies !== after.replies ||
    before.repliesParked !== after.repliesParked ||
    hasSettled(before, after) ||
    hasEnded(before, after);
  if (isWritten) return 'write';
  if (before.lease === after.lease) return 'none';
  if (!before.lease || !after.lease) return 'write';
  return isRenewal(before.lease, after.lease) ? 'renewal' : 'write';
};

const isRenewal = (before: Lease, after: Lease): boolean =>
  before.fencingToken === after.fencingToken &&
  before.confirmed === after.confirmed &&
  before.soleConnection === after.soleConnection &&
  before.ttlMs === after.ttlMs &&
  before.ttlLongestMs === after.ttlLongestMs &&
  before.metadata === after.metadata &&
  before.yieldRequest === after.yieldRequest &&
  before.expiresAtMs <= after.expiresAtMs;

/** What only grew too old to be remembered is left to the next write. */
const hasEnded = (before: Session, after: Session): boolean => after.ended.length > 0 && after.ended.at(-1) !== before.ended.at(-1);

const hasSettled = (before: Session, after: Session): boolean => after.settledReplies.some((reply) => !before.settledReplies.includes(reply));
