/** Answers messages: one at a time in a session, as many sessions at a time as there are. */
import { setTimeout as pause } from 'node:timers/promises';
import { HoldfastError, type LeaseClient, type ReplyHandlers, ReplyNotParkedError, type TurnHandlers, type TurnResult } from '../../src/index.ts';
import type { Inbox } from './inbox.ts';
import type { Message, Reply } from './message.ts';
import type { Complete } from './model.ts';
import type { Transcripts } from './transcripts.ts';

export interface GatewayParts {
  readonly client: Pick<LeaseClient, 'turn'>;
  readonly inbox: Inbox;
  readonly transcripts: Transcripts;
  readonly handlers: ReplyHandlers<Reply>;
  readonly complete: Complete;
  /** Never given a message's or a reply's words. */
  readonly log: (event: string, facts: object) => void;
}

const APOLOGY = 'Sorry, I could not answer this message. Please try again later.';
const REPLY_BYTES_MAX = 262_144; // what Holdfast keeps
const PAUSE_MS = 500;
const PAUSE_MS_MAX = 30_000;

export class Gateway {
  readonly #parts: GatewayParts;
  readonly #stopping = new AbortController();
  /** Sessions that have messages, each with the last of them. The lease keeps other processes away; this keeps our own in order. */
  readonly #sessions = new Map<string, Promise<void>>();

  constructor(parts: GatewayParts) {
    this.#parts = parts;
  }

  /** Takes an inbound message. Once this resolves the channel may be told that it has arrived. */
  async accept(message: Message): Promise<'taken' | 'full'> {
    const put = await this.#parts.inbox.put(message);
    if (put === 'new') this.handle(message);
    return put === 'full' ? 'full' : 'taken';
  }

  /** Answers a message that is in the inbox, behind those of its session that came before. */
  handle(message: Message): void {
    const { session } = message;
    const before = this.#sessions.get(session) ?? Promise.resolve();
    const handled = before.then(() => this.#untilKept(message)).finally(() => {
      if (this.#sessions.get(session) === handled) this.#sessions.delete(session);
    });
    this.#sessions.set(session, handled);
  }

  /** Begins nothing more, and waits for what is under way: closing the client ends it. What is not answered stays in the inbox. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#sessions.values());
  }

  /** A turn that rejects has kept no reply: the service is away, or the session was lost too early. The message is tried again until there is one. */
  async #untilKept(message: Message): Promise<void> {
    const { log, inbox } = this.#parts;
    const { replyId, session } = message;
    let made: Reply | undefined;
    for (let failures = 0; !this.#stopping.signal.aborted; failures += 1) {
      try {
        const { outcome, attempts } = await this.#turn(message, made);
        // Delivered or not, it is kept: from here on it is the courier's.
        await inbox.remove(message);
        log('answered', { session, replyId, outcome, attempts });
        return;
      } catch (error) {
        // Neither the service nor the spool could keep it: it is kept here, so that the model is not paid twice.
        if (error instanceof ReplyNotParkedError) made = error.reply as Reply;
        log('not answered', { session, replyId, error: String(error) });
        await this.#pause(Math.min(PAUSE_MS * 2 ** failures, PAUSE_MS_MAX));
      }
    }
  }

  #turn(message: Message, made: Reply | undefined): Promise<TurnResult<Reply>> {
    const { client, handlers } = this.#parts;
    const generate = (context: GenerateContext): Promise<Reply> | Reply => made ?? this.#generate(message, context);
    return client.turn<Reply>(message.session, { generate, ...handlers }, { replyId: message.replyId, waitMs: Infinity });
  }

  async #generate({ session, channel, to, subject, text }: Message, { lease, retry, signal }: GenerateContext): Promise<Reply> {
    const { transcripts, complete } = this.#parts;
    const reply = { channel, to, ...(subject !== undefined && { subject }), prompt: text };
    const history = await transcripts.read(session, lease.fencingToken);
    try {
      const answered = { ...reply, text: await retry((attempt) => complete(history, text, attempt.signal)) };
      if (Buffer.byteLength(JSON.stringify(answered)) <= REPLY_BYTES_MAX) return answered;
      this.#parts.log('the reply is too long', { session });
    } catch (error) {
      // Our own end and the lease's are not the provider's fault: the message is tried again.
      if (signal.aborted || error instanceof HoldfastError) throw error;
      this.#parts.log('the provider failed', { session, error: String(error) });
    }
    return { ...reply, text: APOLOGY };
  }

  async #pause(ms: number): Promise<void> {
    try {
      await pause(ms, undefined, { signal: this.#stopping.signal });
    } catch {
      // The gateway stops, which the loop looks at next.
    }
  }
}

type GenerateContext = Parameters<TurnHandlers<Reply>['generate']>[0];
