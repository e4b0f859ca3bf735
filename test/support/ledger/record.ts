/** What one client knows of one session, and whether the service's own account agrees with it. */
import type { AnswerBody } from '../lease-api.ts';

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
}

export interface SessionRecord {
  readonly session: string;
  /** The newest lease id, whether its lease is live or over. */
  readonly leaseId: string;
  readonly acknowledged: SessionFacts;
  /** What holds instead if the request that was not answered was carried out. */
  readonly possible?: SessionFacts | undefined;
}

export const factsOf = ({ held = false, fencingToken, metadata, yieldRequest, previous }: AnswerBody): SessionFacts => ({
  held,
  fencingToken,
  draft: metadata?.['draft'] as number | undefined,
  askedBy: yieldRequest?.by,
  previousToken: previous?.fencingToken,
  endedBecause: previous?.endedBecause,
});

/** A grant that was not answered may have any token that is larger than all that were told. */
const fits = (expected: SessionFacts, seen: SessionFacts, tokenMax: number): boolean =>
  expected.held === seen.held &&
  (expected.held && expected.fencingToken === undefined ? (seen.fencingToken ?? 0) > tokenMax : expected.fencingToken === seen.fencingToken) &&
  expected.draft === seen.draft &&
  expected.askedBy === seen.askedBy &&
  expected.previousToken === seen.previousToken &&
  expected.endedBecause === seen.endedBecause;

/**
 * Compares a record with what the service says of the session now.
 * @returns the record as it now stands, or a sentence that says what was lost
 */
export const reconcile = (record: SessionRecord, seen: SessionFacts, tokenMax: number): SessionRecord | string => {
  const { session, leaseId, acknowledged, possible } = record;
  const agreed = fits(acknowledged, seen, tokenMax) || (possible !== undefined && fits(possible, seen, tokenMax));
  if (agreed) return { session, leaseId, acknowledged: seen };
  return `${session}: acknowledged ${JSON.stringify(acknowledged)}, possible ${JSON.stringify(possible)}, found ${JSON.stringify(seen)}`;
};
