/** Keeps a finished reply: in the service or, while that is away, in the local spool. */
import type { At } from '../checkpoint.ts';
import type { Clock } from '../clock.ts';
import { publishPark } from '../diagnostics.ts';
import { InvalidRequestError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { ReplyNotParkedError } from '../reply-errors.ts';
import { payloadOf } from '../replies/payload.ts';
import type { ReplyCalls } from '../replies/reply-calls.ts';
import type { ReplyView } from '../replies/views.ts';
import type { Spool } from '../spool/spool.ts';

export interface KeepingParts {
  readonly at: At;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly calls: ReplyCalls;
  readonly spool: Spool | undefined;
  readonly holder: string;
}

/** A reply that was just generated. */
export interface Unkept<R> {
  readonly session: string;
  readonly replyId: string;
  readonly fencingToken: number;
  readonly reply: R;
  readonly contentType: string | undefined;
  readonly sequence: number | undefined;
  readonly expiresInMs: number | undefined;
}

/** Where it is now; with `spool`, why it is not in the service. */
export type Kept = { readonly where: 'service'; readonly view: ReplyView } | { readonly where: 'spool'; readonly error: unknown };

/** @throws ReplyNotParkedError has the reply: it could be kept nowhere */
export const keep = async <R>(parts: KeepingParts, unkept: Unkept<R>): Promise<Kept> => {
  const { at, clock, logger } = parts;
  const { session, replyId, fencingToken, reply } = unkept;
  const startedMs = clock.now().monoMs;
  const publish = (where: 'service' | 'spool' | 'nowhere', error?: unknown): void =>
    publishPark({ session, replyId, fencingToken, where, tookMs: clock.now().monoMs - startedMs, ...(error !== undefined && { error }) });
  try {
    const kept = await at('service or spool', () => serviceOrSpool(parts, unkept));
    publish(kept.where, kept.where === 'spool' ? kept.error : undefined);
    return kept;
  } catch (cause) {
    publish('nowhere', cause);
    const error = new ReplyNotParkedError({ session, replyId, fencingToken, reply }, cause);
    logger.error({ session, replyId, fencingToken, err: cause }, error.message);
    throw error;
  }
};

const serviceOrSpool = async <R>(parts: KeepingParts, { session, replyId, reply, contentType, ...terms }: Unkept<R>): Promise<Kept> => {
  const { at, calls, spool, holder, logger } = parts;
  const payload = payloadOf(reply, contentType);
  const asked = { ...payload, ...given(terms), fencingToken: terms.fencingToken };
  try {
    const { reply: view } = await at('park', () => calls.park(session, replyId, asked));
    return { where: 'service', view };
  } catch (error) {
    // What the service will never take, the spool must not promise to bring there. All else may go better another time: the service is away or full, the key
    // is wrong, the client was closed.
    if (spool === undefined || error instanceof InvalidRequestError) throw error;
    logger.warn({ session, replyId, err: error }, 'a reply could not be parked; it goes to the local spool');
    await at('spool', () => spool.keep({ session, replyId, holder, committed: false, ...asked }));
    return { where: 'spool', error };
  }
};

const given = <T extends object>(terms: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(terms).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
