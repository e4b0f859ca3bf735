/**
 * The rules of leases and parked replies: the specification that every store carries out. Pure: no I/O, no clock, no chance. The embedded
 * store runs this very function.
 */
import type { Now } from '../clock.ts';
import { acquire } from './acquire.ts';
import type { Command, Outcome, OutcomeOf, SessionEvent, Wake } from './commands.ts';
import type { Draft } from './draft.ts';
import { checkFence } from './fence.ts';
import { disconnect, release } from './release.ts';
import { attempt } from './replies/attempt.ts';
import { discard, replay } from './replies/intervene.ts';
import { inspectReply, listReplies } from './replies/list.ts';
import { park } from './replies/park.ts';
import { renew } from './renew.ts';
import { settle } from './settle.ts';
import type { FencingToken, Session } from './types.ts';
import { sessionView } from './views.ts';
import { askYield, revoke } from './yield.ts';

export interface Applied<C extends Command = Command> {
  /** The same object as before when nothing changed. */
  readonly session: Session;
  readonly floor: FencingToken;
  readonly outcome: OutcomeOf<C>;
  readonly wakes: readonly Wake[];
  readonly events: readonly SessionEvent[];
}

/** Settles what is due at `now`, then carries out `command`. */
export const apply = <C extends Command>(session: Session, floor: FencingToken, command: C, now: Now): Applied<C> => {
  const draft: Draft = { session, floor, now, wakes: [], events: [] };
  settle(draft);
  const outcome = perform(draft, command) as OutcomeOf<C>;
  return { session: draft.session, floor: draft.floor, outcome, wakes: draft.wakes, events: draft.events };
};

const perform = (draft: Draft, command: Command): Outcome => {
  switch (command.kind) {
    case 'acquire':
      return acquire(draft, command);
    case 'renew':
      return renew(draft, command);
    case 'release':
      return release(draft, command);
    case 'disconnect':
      return disconnect(draft, command);
    case 'yield':
      return askYield(draft, command);
    case 'revoke':
      return revoke(draft);
    case 'inspect':
      return sessionView(draft.session, draft.now.monoMs);
    case 'fence':
      return checkFence(draft, command);
    case 'park':
      return park(draft, command);
    case 'attempt':
      return attempt(draft, command);
    case 'replay':
      return replay(draft, command);
    case 'discard':
      return discard(draft, command);
    case 'inspect-reply':
      return inspectReply(draft, command);
    case 'list-replies':
      return listReplies(draft, command);
    case 'tick':
      return { kind: 'noted' };
  }
};
