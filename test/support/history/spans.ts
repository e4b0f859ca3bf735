/** When a lease was alive: surely, and possibly. Both are told from the clients' side, so each request counts for as long as it was under way. */
import type { LeaseFacts, SessionFacts } from './facts.ts';
import { OFFER_MS, TICKET_GRACE_MS } from './options.ts';
import { answeredMsOf, isUnknown, type HistoryRecord } from './record.ts';
import { countUntil, largest, sortedBy } from './sorted.ts';

export interface Span {
  readonly lease: LeaseFacts;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** When the lease was alive for certain: from when it was told until its promised expiry, or until somebody may have ended it. */
export const sureSpans = ({ leases, records, options }: SessionFacts): Span[] => {
  const revokes = records.filter((record) => record.command.kind === 'revoke' && (isUnknown(record) || record.outcome.kind === 'revoked'));
  const spans = leases.flatMap((lease) => {
    if (lease.positives.length === 0) return [];
    const promisedMs = largest(lease.positives, ({ sentMs, outcome }) => sentMs + (outcome.remainingMs ?? 0)) - options.slackMs;
    const provenMs = lease.positives.at(-1)!.sentMs;
    const untilMs = Math.max(provenMs, Math.min(promisedMs, mayEndFromMs(lease, revokes)));
    return untilMs > lease.toldMs ? [{ lease, fromMs: lease.toldMs, untilMs }] : [];
  });
  return sortedBy(spans, ({ fromMs }) => fromMs);
};

const mayEndFromMs = ({ releases, token }: LeaseFacts, revokes: readonly HistoryRecord[]): number => {
  const released = releases.find(({ outcome }) => outcome.kind !== 'not-applied')?.sentMs ?? Infinity;
  const revoked = revokes.find((record) => isUnknown(record) || record.outcome.fencingToken === token)?.sentMs ?? Infinity;
  return Math.min(released, revoked);
};

/** The lease that surely was alive all through a request, if there is one. */
export const aliveThrough = (spans: readonly Span[], { sentMs, answeredMs }: { readonly sentMs: number; readonly answeredMs: number }): Span | undefined => {
  const last = spans[countUntil(spans, ({ fromMs }) => fromMs >= sentMs) - 1];
  return last && last.untilMs > answeredMs ? last : undefined;
};

/** A request that may have made a lease or moved its expiry, and the latest expiry it can have led to. */
export interface Extension {
  readonly fromMs: number;
  readonly toMs: number;
  readonly record: HistoryRecord | undefined;
}

export const longestTtlMs = ({ acquires, renews, positives }: LeaseFacts): number =>
  Math.max(
    largest(acquires, ({ command }) => command.ttlMs),
    largest(renews, ({ command }) => command.ttlMs ?? 0),
    largest(positives, ({ outcome }) => outcome.ttlMs ?? 0),
  );

/** All that can have kept a lease alive, restarts included: after one, a lease lives for its longest TTL again. */
export const extensionsOf = (lease: LeaseFacts, { outages, options }: SessionFacts, isQueued: (acquire: HistoryRecord) => boolean): Extension[] => {
  const { slackMs } = options;
  const ttlMs = longestTtlMs(lease);
  const found: Extension[] = lease.positives.map((record) => ({
    fromMs: record.sentMs,
    toMs: answeredMsOf(record) + (record.outcome.remainingMs ?? 0) + slackMs,
    record,
  }));
  for (const record of lease.renews.filter(isUnknown)) {
    found.push({ fromMs: record.sentMs, toMs: outages.latestEffectMs(record.gaveUpMs ?? record.sentMs) + (record.command.ttlMs ?? ttlMs), record });
  }
  for (const record of lease.acquires) {
    if (record.outcome.kind === 'lease-held' && record.outcome.position !== undefined) {
      found.push({ fromMs: record.sentMs, toMs: answeredMsOf(record) + TICKET_GRACE_MS + slackMs, record });
    } else if (isUnknown(record)) {
      const goneMs = outages.latestEffectMs(record.gaveUpMs ?? record.sentMs + record.command.waitMs);
      // It left a ticket that may be offered within its grace, or it was granted at once.
      found.push({ fromMs: record.sentMs, toMs: goneMs + (isQueued(record) ? OFFER_MS : Math.max(OFFER_MS, ttlMs)), record });
    }
  }
  for (const restart of outages.restarts) {
    if (lease.askedMs <= restart.fromMs && lease.endedByMs > restart.fromMs) {
      found.push({ fromMs: restart.fromMs, toMs: restart.untilMs + ttlMs + slackMs, record: undefined });
    }
  }
  return found;
};

export const largestExpiryMs = (extensions: readonly Extension[]): number => largest(extensions, ({ toMs }) => toMs);
