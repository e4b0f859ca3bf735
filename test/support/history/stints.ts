/** How long a waiter surely had its ticket, over all requests that kept it. */
import { isResultless, type LeaseFacts, type SessionFacts } from './facts.ts';
import { TICKET_GRACE_MS } from './options.ts';
import { answeredMsOf, isUnknown, type AcquireCommand, type HistoryRecord } from './record.ts';

export interface Stint {
  readonly leaseId: string;
  readonly background: boolean;
  /** When the first of its requests was sent. */
  readonly sentMs: number;
  /** By when it had its place. */
  readonly queuedMs: number;
  /** The token with which its wait ended; undefined where it was not served. */
  readonly token: number | undefined;
  /** Where it was not served: until when it surely waited. */
  readonly untilMs: number;
  /** The answer that shows it. */
  readonly record: HistoryRecord;
}

type Acquire = HistoryRecord<AcquireCommand>;

export const queuedMsOf = (acquire: Acquire, { options }: SessionFacts): number => {
  const queuedMs = acquire.queuedMs ?? acquire.sentMs + options.arrivalMs;
  const { waitedMs } = acquire.outcome;
  return options.countsBack && waitedMs !== undefined && !isUnknown(acquire) ? Math.min(queuedMs, answeredMsOf(acquire) - waitedMs + options.slackMs) : queuedMs;
};

interface Ticket {
  readonly sentMs: number;
  readonly queuedMs: number;
  readonly background: boolean;
  /** The ticket lives at least until then, unless it is served. */
  goodUntilMs: number;
  waitedUntilMs: number;
  record: HistoryRecord;
}

/**
 * Requests that follow each other within the grace are one stint; a restart of the service loses every ticket. A ticket has the class of
 * its first request, so that an id whose requests differ in it is not judged.
 */
export const stintsOf = (lease: LeaseFacts, facts: SessionFacts): Stint[] => {
  if (new Set(lease.acquires.map(({ command }) => command.background ?? false)).size > 1) return [];
  const stints: Stint[] = [];
  let ticket: Ticket | undefined;
  const close = (token?: number, record?: HistoryRecord): void => {
    if (ticket) stints.push({ leaseId: lease.leaseId, background: ticket.background, sentMs: ticket.sentMs, queuedMs: ticket.queuedMs, token, untilMs: ticket.waitedUntilMs, record: record ?? ticket.record });
    ticket = undefined;
  };
  for (const acquire of lease.acquires) {
    const { command, sentMs, outcome } = acquire;
    const background = command.background ?? false;
    // What was refused for want of the store, or may never have arrived, left the ticket as it was.
    if (outcome.kind === 'not-applied' || (isUnknown(acquire) && acquire.queuedMs === undefined)) continue;
    const arrivedMs = isUnknown(acquire) ? acquire.queuedMs! : Math.min(queuedMsOf(acquire, facts), answeredMsOf(acquire));
    const isKept = ticket && arrivedMs <= ticket.goodUntilMs && !facts.outages.restartedBetween(ticket.queuedMs, arrivedMs);
    if (!isKept) close();
    if (isResultless(acquire)) {
      close();
      continue;
    }
    if (isUnknown(acquire)) {
      // It arrived, and the ticket has its grace from then on, even if the connection was gone at once.
      ticket ??= { sentMs, queuedMs: arrivedMs, background, goodUntilMs: arrivedMs, waitedUntilMs: arrivedMs, record: acquire };
      ticket.goodUntilMs = Math.max(ticket.goodUntilMs, sentMs + TICKET_GRACE_MS);
      continue;
    }
    if (facts.outages.restartedBetween(sentMs, answeredMsOf(acquire))) {
      close();
      continue;
    }
    const queuedMs = queuedMsOf(acquire, facts);
    if (!ticket && queuedMs < answeredMsOf(acquire)) {
      ticket = { sentMs, queuedMs, background, goodUntilMs: queuedMs, waitedUntilMs: queuedMs, record: acquire };
    }
    if (!ticket) continue;
    if (outcome.kind === 'granted') close(outcome.fencingToken, acquire);
    else if (outcome.kind === 'lease-held') {
      const waitedMs = Math.min(outcome.waitedMs ?? 0, command.waitMs);
      ticket.waitedUntilMs = Math.max(ticket.waitedUntilMs, sentMs + waitedMs);
      ticket.goodUntilMs = Math.max(ticket.goodUntilMs, sentMs + waitedMs + TICKET_GRACE_MS);
      ticket.record = acquire;
    } else close();
  }
  close();
  return stints;
};
