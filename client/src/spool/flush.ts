/** Brings what the spool has kept to the service, in the order in which it was kept. Two processes that do it at once park the same replies twice, which changes nothing. */
import type { Clock } from '../clock.ts';
import { ClientClosedError, HoldfastError, ServiceUnavailableError, StoreMismatchError, UnauthorizedError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { RepliesFullError } from '../reply-errors.ts';
import type { ReplyCalls } from '../replies/reply-calls.ts';
import type { Spool, SpooledReply } from './spool.ts';

export interface SpoolFlushParts {
  readonly calls: Pick<ReplyCalls, 'park' | 'listDue'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What came of one flush. */
export interface Flushed {
  readonly parked: number;
  /** Moved aside, because the service will never take them. */
  readonly refused: number;
  /** Still there: their session is full, or they are another store's. */
  readonly left: number;
  /** Why it ended before the last one: the service is away, or wants another key. */
  readonly stopped?: HoldfastError;
}

type Verdict =
  | { readonly kind: 'parked' | 'foreign' }
  | { readonly kind: 'full'; readonly error: HoldfastError }
  | { readonly kind: 'refused'; readonly error: HoldfastError }
  | { readonly kind: 'stop'; readonly error: HoldfastError };

interface Resting {
  readonly session: string;
  /** Another store's rest without their session, which may have replies of this one. */
  readonly holdsUp: boolean;
  readonly untilMs: number;
}

/** What could not be parked is not read again before this, so that thousands of such files cost nothing each round. */
const REST_MS = 30_000;

export class SpoolFlush {
  readonly #spool: Spool;
  readonly #parts: SpoolFlushParts;
  readonly #resting = new Map<string, Resting>();

  constructor(spool: Spool, parts: SpoolFlushParts) {
    this.#spool = spool;
    this.#parts = parts;
  }

  /** @throws SpoolError the disk failed. What the service says is in the result. */
  async run(signal?: AbortSignal): Promise<Flushed> {
    const counts = { parked: 0, refused: 0, left: 0 };
    const heldUp = new Set<string>();
    const files = await this.#spool.list();
    this.#forget(new Set(files.map(({ name }) => name)));
    for (const { name } of files) {
      if (signal?.aborted) return { ...counts, stopped: new ClientClosedError() };
      if (this.#isResting(name, heldUp)) {
        counts.left += 1;
        continue;
      }
      const reply = await this.#spool.read(name);
      if (!reply) continue;
      const verdict: Verdict = heldUp.has(reply.session) ? { kind: 'full', error: new RepliesFullError('') } : await this.#park(reply, signal);
      switch (verdict.kind) {
        case 'parked':
          await this.#spool.remove(reply);
          counts.parked += 1;
          break;
        case 'refused':
          await this.#spool.refuse(reply, `${verdict.error.code}: ${verdict.error.message}`);
          counts.refused += 1;
          break;
        case 'full':
        case 'foreign':
          this.#leave(reply, verdict.kind, heldUp);
          counts.left += 1;
          break;
        case 'stop':
          return { ...counts, stopped: verdict.error };
      }
    }
    return counts;
  }

  async #park(reply: SpooledReply, signal: AbortSignal | undefined): Promise<Verdict> {
    const { session, replyId, storeId, file: _, checksum: __, ...options } = reply;
    try {
      if (storeId !== undefined && storeId !== (await this.#ownStore(signal))) return { kind: 'foreign' };
      await this.#parts.calls.park(session, replyId, { ...options, ...(signal && { signal }) });
      return { kind: 'parked' };
    } catch (error) {
      if (signal?.aborted) return { kind: 'stop', error: new ClientClosedError() };
      if (error instanceof HoldfastError) return verdictOn(error);
      throw error;
    }
  }

  /** The first answer of the service names its store. A fencing token means nothing to another one. */
  async #ownStore(signal: AbortSignal | undefined): Promise<string | undefined> {
    if (this.#spool.storeId() === undefined) await this.#parts.calls.listDue(1, signal);
    return this.#spool.storeId();
  }

  #leave({ file, session, replyId, storeId }: SpooledReply, why: 'full' | 'foreign', heldUp: Set<string>): void {
    const { clock, logger } = this.#parts;
    this.#resting.set(file, { session, holdsUp: why === 'full', untilMs: clock.now().monoMs + REST_MS });
    if (why === 'foreign') logger.error({ session, replyId, file, storeId, ownStoreId: this.#spool.storeId() }, 'a spooled reply is of another store; it stays in the spool');
    else if (!heldUp.has(session)) logger.warn({ session, replyId, file }, 'a session has too many replies; those in the spool wait');
    if (why === 'full') heldUp.add(session);
  }

  #isResting(name: string, heldUp: Set<string>): boolean {
    const resting = this.#resting.get(name);
    if (!resting || this.#parts.clock.now().monoMs >= resting.untilMs) return false;
    // Their order is the session's: what came after it waits as well.
    if (resting.holdsUp) heldUp.add(resting.session);
    return true;
  }

  #forget(present: ReadonlySet<string>): void {
    for (const name of this.#resting.keys()) if (!present.has(name)) this.#resting.delete(name);
  }
}

/** What an error says of a reply: of this one, of its session, or of none. */
const verdictOn = (error: HoldfastError): Verdict => {
  if (error instanceof RepliesFullError) return { kind: 'full', error };
  const aboutNone = error instanceof ServiceUnavailableError || error instanceof UnauthorizedError || error instanceof StoreMismatchError || error instanceof ClientClosedError;
  // A service without parked replies, as during an upgrade, says of their address that nothing is there.
  return aboutNone || error.retryable || error.code === 'not-found' ? { kind: 'stop', error } : { kind: 'refused', error };
};
