/** A scene in which replies are parked and delivered: each verb is one command, named after what somebody does. */
import type { Outcomes } from '../../../../service/src/session/commands.ts';
import type { Attempt, Park, ReplyView } from '../../../../service/src/session/replies/commands.ts';
import type { PayloadHash, Reply, ReplyId, ReplyState } from '../../../../service/src/session/types.ts';
import { fencingToken, idHash, Scene } from '../scene.ts';

export const replyId = (name: string): ReplyId => name as ReplyId;
export const payloadHash = (name: string): PayloadHash => name as PayloadHash;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 3_600_000;

export type ParkTerms = Partial<Omit<Park, 'kind' | 'replyId' | 'fencingToken' | 'payloadHash'>> & {
  readonly fencingToken?: number;
  /** What the reply says; 10 bytes of JSON unless told otherwise. */
  readonly says?: string;
};
type AttemptTerms = Partial<Pick<Attempt, 'committed' | 'error' | 'retryAfterMs' | 'permanent'>> & { readonly attempt?: number };

export class ReplyScene extends Scene {
  /** By default under the newest token, uncommitted, for a day. */
  park(id: string, { says = id, fencingToken: token = this.floor, ...terms }: ParkTerms = {}): Outcomes['park'] {
    const defaults = { holder: `parker of ${id}`, committed: false, contentType: 'application/json', expiresInMs: DAY_MS, payloadBytes: 10, payload: JSON.stringify(says) };
    return this.do({ kind: 'park', replyId: replyId(id), fencingToken: fencingToken(token), payloadHash: payloadHash(says), ...defaults, ...terms });
  }

  /** By default the next attempt. */
  send(id: string, leaseId: string, terms: AttemptTerms = {}): Outcomes['attempt'] {
    return this.#attempt(id, leaseId, 'sending', { attempt: (this.find(id)?.attempts ?? 0) + 1, ...terms });
  }

  /** By default the attempt that was last begun. */
  say(outcome: Exclude<Attempt['outcome'], 'sending'>, id: string, leaseId: string, terms: AttemptTerms = {}): Outcomes['attempt'] {
    return this.#attempt(id, leaseId, outcome, { attempt: this.find(id)?.attempts ?? 0, ...terms });
  }

  #attempt(id: string, leaseId: string, outcome: Attempt['outcome'], terms: AttemptTerms & { readonly attempt: number }): Outcomes['attempt'] {
    return this.do({ kind: 'attempt', replyId: replyId(id), leaseIdHash: idHash(leaseId), outcome, ...terms });
  }

  replay(id: string, leaseId?: string, reason = 'once more'): Outcomes['replay'] {
    return this.do({ kind: 'replay', replyId: replyId(id), reason, ...(leaseId !== undefined && { leaseIdHash: idHash(leaseId) }) });
  }

  discard(id: string, leaseId?: string, reason = 'not wanted'): Outcomes['discard'] {
    return this.do({ kind: 'discard', replyId: replyId(id), reason, ...(leaseId !== undefined && { leaseIdHash: idHash(leaseId) }) });
  }

  /** Parks it and brings it into `state`, under the lease `leaseId`, which must be live. */
  parkAs(state: ReplyState, id: string, leaseId: string): void {
    this.park(id);
    if (state === 'superseded') this.discard(id);
    if (state === 'parked' || state === 'superseded') return;
    this.send(id, leaseId);
    if (state === 'unknown' || state === 'delivered') this.say(state, id, leaseId);
    if (state === 'dead') this.say('failed', id, leaseId, { permanent: true, error: 'the channel is gone' });
  }

  find(id: string): Reply | undefined {
    return [...this.session.replies, ...this.session.settledReplies].find((reply) => reply.replyId === id);
  }

  /** What is told of a reply that must be known. */
  look(id: string): ReplyView {
    const outcome = this.do({ kind: 'inspect-reply', replyId: replyId(id) });
    if (outcome.kind !== 'reply') throw new Error(`${id} is unknown`);
    return outcome.reply;
  }

  stateOf(id: string): ReplyState {
    return this.look(id).state;
  }

  /** The ids of the replies that are not settled, in the order in which they stand. */
  get open(): readonly string[] {
    return this.session.replies.map((reply) => reply.replyId);
  }
}
