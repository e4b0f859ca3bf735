/** Parked replies of a store behind its port: each verb is one command, named after what somebody does. */
import type { Command, OutcomeOf, Outcomes } from '../../service/src/session/commands.ts';
import type { Attempt, Park, ReplyUnknown } from '../../service/src/session/replies/commands.ts';
import type { LeaseStore, ReplyPage, ReplyQuery, SessionName, StoredReply } from '../../service/src/session/store.ts';
import type { FencingToken, LeaseIdHash, Namespace, PayloadHash, ReplyId } from '../../service/src/session/types.ts';
import { nameOf } from './store-under-test.ts';

export const SECOND_MS = 1_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

type Session = SessionName | string;
export type ParkTerms = Partial<Omit<Park, 'kind' | 'replyId' | 'fencingToken' | 'payloadHash'>> & { readonly fencingToken?: number; readonly says?: string };

export class RepliesUnderTest {
  readonly #store: LeaseStore;

  constructor(store: LeaseStore) {
    this.#store = store;
  }

  /** By default under a token that is below every other, uncommitted, for a day; the payload is what it says. */
  park(session: Session, id: string, { says = `says ${id}`, fencingToken = 0, ...terms }: ParkTerms = {}): Promise<Outcomes['park']> {
    const payload = JSON.stringify(says);
    const defaults = { holder: `parker of ${id}`, committed: false, contentType: 'application/json', expiresInMs: DAY_MS, payload, payloadBytes: Buffer.byteLength(payload) };
    return this.#do(session, { kind: 'park', replyId: id as ReplyId, fencingToken: fencingToken as FencingToken, payloadHash: `hash of ${says}` as PayloadHash, ...defaults, ...terms });
  }

  attempt(session: Session, id: string, leaseId: string, attempt: number, outcome: Attempt['outcome'], terms: Partial<Attempt> = {}): Promise<Outcomes['attempt']> {
    return this.#do(session, { kind: 'attempt', replyId: id as ReplyId, leaseIdHash: leaseId as LeaseIdHash, attempt, outcome, ...terms });
  }

  /** The first attempt, and what comes of it. */
  async settle(session: Session, id: string, leaseId: string, outcome: Exclude<Attempt['outcome'], 'sending'>, terms: Partial<Attempt> = {}): Promise<void> {
    for (const step of ['sending', outcome] as const) {
      const told = await this.attempt(session, id, leaseId, 1, step, step === outcome ? terms : {});
      if (told.kind !== 'reply') throw new Error(`${id} is not ${step}: ${told.kind}`);
    }
  }

  discard(session: Session, id: string): Promise<Outcomes['discard']> {
    return this.#do(session, { kind: 'discard', replyId: id as ReplyId, reason: 'not wanted' });
  }

  replay(session: Session, id: string): Promise<Outcomes['replay']> {
    return this.#do(session, { kind: 'replay', replyId: id as ReplyId, reason: 'once more' });
  }

  look(session: Session, id: string): Promise<OutcomeOf<{ kind: 'inspect-reply'; replyId: ReplyId }>> {
    return this.#do(session, { kind: 'inspect-reply', replyId: id as ReplyId });
  }

  read(session: Session, id: string): Promise<StoredReply | ReplyUnknown> {
    return this.#store.readReply(named(session), id as ReplyId);
  }

  page(query: Partial<ReplyQuery> = {}): Promise<ReplyPage> {
    return this.#store.listReplies({ namespace: 'default' as Namespace, due: false, limit: 100, ...query });
  }

  /** All pages one after the other, as `session/reply`. */
  async list(query: Partial<ReplyQuery> = {}): Promise<string[]> {
    const listed: string[] = [];
    const limit = query.limit ?? 100;
    for (let pages = 1, after = query.after; ; pages += 1) {
      const page = await this.page({ ...query, limit, after });
      if (page.replies.length > limit) throw new Error(`a page of ${page.replies.length} where ${limit} were asked for`);
      listed.push(...page.replies.map(({ key, reply }) => `${key}/${reply.replyId}`));
      if (page.nextAfter === undefined) return listed;
      if (pages > 1_000) throw new Error('a listing has no end');
      after = page.nextAfter;
    }
  }

  due(query: Partial<ReplyQuery> = {}): Promise<string[]> {
    return this.list({ ...query, due: true });
  }

  #do<C extends Command>(session: Session, command: C): Promise<OutcomeOf<C>> {
    return this.#store.apply(named(session), command);
  }
}

const named = (session: Session): SessionName => (typeof session === 'string' ? nameOf(session) : session);
