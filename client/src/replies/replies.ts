/** Parked replies, for applications and operators that do not use a turn or a courier. */
import type { InterveneOptions, ListRepliesOptions, ParkOptions } from './options.ts';
import { payloadOf } from './payload.ts';
import type { ReplyCalls } from './reply-calls.ts';
import type { ParkedReply, ReplyView, StoredReply } from './views.ts';

/**
 * The replies that the service keeps. Get it from {@link LeaseClient.replies}.
 * @example
 * for await (const reply of client.replies.list({ state: 'dead' })) await client.replies.replay(reply.session, reply.replyId, { reason: 'the channel is back' });
 */
export class Replies {
  readonly #calls: ReplyCalls;
  readonly #assertOpen: () => void;

  /** @internal */
  constructor(calls: ReplyCalls, assertOpen: () => void) {
    this.#calls = calls;
    this.#assertOpen = assertOpen;
  }

  /**
   * Keeps a finished reply, under a live or a stale fencing token. The same again is the same parking.
   * @throws RepliesFullError. InvalidRequestError `reply-id-reused`, `fencing-token-unknown`, `payload-too-large`. ServiceUnavailableError.
   */
  async park(session: string, replyId: string, options: ParkOptions): Promise<ParkedReply> {
    this.#assertOpen();
    return this.#calls.park(session, replyId, { ...options, ...payloadOf(options.payload, options.contentType) });
  }

  /** A reply and what it says. @throws ReplyRefusedError `reply-unknown` */
  async read(session: string, replyId: string): Promise<StoredReply> {
    this.#assertOpen();
    return this.#calls.read(session, replyId);
  }

  /** The replies of one session, in delivery order; without one those of all, by the time when they are due. */
  list({ session, ...options }: ListRepliesOptions & { readonly session?: string } = {}): AsyncGenerator<ReplyView, void, void> {
    this.#assertOpen();
    return session === undefined ? this.#calls.list(options) : this.#calls.listSession(session, options);
  }

  /** Gives a dead, superseded or unknown reply another chance, now. @throws ReplyRefusedError `reply-settled`, `reply-sending` */
  async replay(session: string, replyId: string, options: InterveneOptions): Promise<ReplyView> {
    this.#assertOpen();
    return this.#calls.replay(session, replyId, options);
  }

  /** Gives a reply up. It is kept as superseded for a while. @throws ReplyRefusedError `reply-settled`, `reply-sending` */
  async discard(session: string, replyId: string, options: InterveneOptions): Promise<ReplyView> {
    this.#assertOpen();
    return this.#calls.discard(session, replyId, options);
  }
}
