/** What is asked of a partition in a differential history, and all that must come of it. */
import type { Now } from '../../../service/src/clock.ts';
import type { Command, Renew, SessionEvent, Tick, Wake } from '../../../service/src/session/commands.ts';
import type { FencingToken, Session } from '../../../service/src/session/types.ts';

/** One command on a session, ticks apart; or what scripts do for many sessions at once. Sessions are told by their place in the history. */
export type Asked =
  | { readonly kind: 'one'; readonly session: number; readonly command: Exclude<Command, Tick> }
  | { readonly kind: 'renew-many'; readonly renewals: readonly { readonly session: number; readonly command: Renew }[] }
  | { readonly kind: 'tick-many'; readonly sessions: readonly number[] }
  /** Whatever stands in the due index, and is due. */
  | { readonly kind: 'due' }
  /** The sweeper has come round: what is idle, and was left alone for long enough, is forgotten. */
  | { readonly kind: 'sweep' };

export interface Expected {
  readonly asked: Asked;
  readonly now: Now;
  /** Of one command its outcome, of renewals theirs, of ticks when each session is due next, of the others how many there were. */
  readonly outcome: unknown;
  /** When the session is due next; `'untold'` where the script does not say. */
  readonly dueAtMs: number | undefined | 'untold';
  readonly wakes: readonly Wake[];
  readonly told: readonly { readonly session: number; readonly events: readonly SessionEvent[] }[];
  readonly floor: FencingToken;
  /** Settled replies that the partition remembers. */
  readonly settled: number;
  /** The sessions that were worked on, as they are now, and the payloads of each by reply number. */
  readonly after: readonly { readonly session: number; readonly state: Session; readonly payloads: ReadonlyMap<number, string> }[];
}
