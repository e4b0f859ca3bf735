/** What a transition works on: the state so far, and what it will tell others. Local to one call of `apply`. */
import type { Now } from '../clock.ts';
import type { SessionEvent, Wake } from './commands.ts';
import type { FencingToken, Lease, Session } from './types.ts';

export interface Draft {
  session: Session;
  /** The largest fencing token ever minted in this session's partition. */
  floor: FencingToken;
  readonly now: Now;
  readonly wakes: Wake[];
  readonly events: SessionEvent[];
}

export const setLease = (draft: Draft, lease: Lease | undefined): void => {
  draft.session = { ...draft.session, lease };
};
