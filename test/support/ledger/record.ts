/** What one client knows of one session, and whether the service's own account agrees with it. */
import { isDeepStrictEqual } from 'node:util';
import type { AnswerBody } from '../lease-api.ts';
import type { Replies } from './replies.ts';

/** Everything about a session that has to outlive a crash, as far as a client can see it. */
export interface SessionFacts {
  readonly held: boolean;
  /** Of the live lease. Undefined for one whose grant was not answered. */
  readonly fencingToken?: number | undefined;
  /** The metadata that was given last. */
  readonly draft?: number | undefined;
  /** Who asked the holder to yield. */
  readonly askedBy?: string | undefined;
  /** Of the last lease that ended. */
  readonly previousToken?: number | undefined;
  readonly endedBecause?: string | undefined;
  readonly replies: Replies;
}

export interface SessionRecord {
  readonly session: string;
  /** The newest lease id, whether its lease is live or over. */
  readonly leaseId: string;
  readonly acknowledged: SessionFacts;
  /** What holds instead if the request that was not answered was carried out. */
  readonly possible?: SessionFacts | undefined;
  /** The largest token that anybody had been told when that request was sent: a grant that it brought has a larger one. */
  readonly tokenAbove?: number | undefined;
}

export const factsOf = ({ held = false, fencingToken, metadata, yieldRequest, previous }: AnswerBody, replies: Replies): SessionFacts => ({
  held,
  fencingToken,
  draft: metadata?.['draft'] as number | undefined,
  askedBy: yieldRequest?.by,
  previousToken: previous?.fencingToken,
  endedBecause: previous?.endedBecause,
  replies,
});

const fits = (expected: SessionFacts, seen: SessionFacts, tokenAbove: number): boolean =>
  expected.held === seen.held &&
  (expected.held && expected.fencingToken === undefined ? (seen.fencingToken ?? 0) > tokenAbove : expected.fencingToken === seen.fencingToken) &&
  expected.draft === seen.draft &&
  expected.askedBy === seen.askedBy &&
  expected.previousToken === seen.previousToken &&
  expected.endedBecause === seen.endedBecause &&
  isDeepStrictEqual(expected.replies, seen.replies);

/**
 * Compares a record with what the service says of the session now.
 * @returns the record as it now stands, or a sentence that says what was lost
 */
export const reconcile = (record: SessionRecord, seen: SessionFacts): SessionRecord | string => {
  const { session, leaseId, acknowledged, possible, tokenAbove = 0 } = record;
  const agreed = fits(acknowledged, seen, tokenAbove) || (possible !== undefined && fits(possible, seen, tokenAbove));
  if (agreed) return { session, leaseId, acknowledged: seen };
  return `${session}: acknowledged ${JSON.stringify(acknowledged)}, possible ${JSON.stringify(possible)}, found ${JSON.stringify(seen)}`;
};
