/** What stands in a namespace just now, worst first, as the dashboard tells it. Pure, but for the looks that it is given. */
import type { SessionView } from '../session/commands.ts';
import type { EventLog } from '../session/event-log.ts';
import { RENEW_AFTER_PART } from '../session/limits.ts';
import type { ReplyView } from '../session/replies/commands.ts';
import type { LeaseService } from '../session/service.ts';
import type { Namespace, ReplyState, SessionKey } from '../session/types.ts';
import type { StoreUsage, Usage } from '../session/usage.ts';

/** Leases that are looked at, and rows that are shown. */
const LOOKED_AT_MAX = 1_000;
export const ROWS_MAX = 200;
const REPLIES_MAX = 50;
/** A renewal that is so much later than a third of the TTL is late: half a third. */
const LATE_PART = 1.5;
/** The states that need somebody to look at them, first. */
const REPLY_STATES: readonly ReplyState[] = ['dead', 'unknown', 'sending', 'parked'];

export interface SessionRow {
  readonly session: SessionKey;
  readonly view: SessionView;
  readonly isLate: boolean;
  readonly longestWaitMs: number;
}

export interface GatewayRow {
  readonly holder: string;
  readonly leases: number;
  readonly lastSeenMsAgo: number;
  readonly late: number;
}

export interface ReplyRow {
  readonly session: SessionKey;
  readonly reply: ReplyView;
}

export interface Overview {
  readonly usage: Usage;
  readonly sessions: readonly SessionRow[];
  /** Whether there are more leases than were looked at. */
  readonly isCut: boolean;
  readonly gateways: readonly GatewayRow[];
  readonly replies: readonly ReplyRow[];
  readonly longestWaitMs: number;
  readonly late: number;
  /** Since this instance started, as far as its log of events reaches. */
  readonly takeovers: number;
  readonly staleVerdicts: number;
}

export interface OverviewParts {
  readonly leases: LeaseService;
  readonly usage: StoreUsage;
  readonly events: EventLog;
  readonly staleIn: (namespace: Namespace) => number;
}

export const isLate = ({ lastRenewedMsAgo = 0, ttlMs = 0 }: SessionView): boolean => lastRenewedMsAgo > (ttlMs / RENEW_AFTER_PART) * LATE_PART;

const rowOf = ({ key, view }: { readonly key: SessionKey; readonly view: SessionView }): SessionRow => ({
  session: key,
  view,
  isLate: isLate(view),
  longestWaitMs: Math.max(0, ...view.waiters.map(({ waitedMs }) => waitedMs)),
});

/** Late ones, then those that are waited for longest, then those with the least time left. */
export const worstFirst = (a: SessionRow, b: SessionRow): number =>
  Number(b.isLate) - Number(a.isLate) || b.longestWaitMs - a.longestWaitMs || (a.view.remainingMs ?? 0) - (b.view.remainingMs ?? 0) || (a.session < b.session ? -1 : 1);

export const gatewaysOf = (rows: readonly SessionRow[]): readonly GatewayRow[] =>
  [...Map.groupBy(rows, ({ view }) => view.holder ?? '')]
    .map(([holder, own]) => ({
      holder,
      leases: own.length,
      lastSeenMsAgo: Math.min(...own.map(({ view }) => view.lastRenewedMsAgo ?? 0)),
      late: own.filter((row) => row.isLate).length,
    }))
    .toSorted((a, b) => b.lastSeenMsAgo - a.lastSeenMsAgo || (a.holder < b.holder ? -1 : 1));

export const overviewOf = async ({ leases, usage, events, staleIn }: OverviewParts, namespace: Namespace): Promise<Overview> => {
  const [page, ...replyPages] = await Promise.all([
    leases.list({ namespace, limit: LOOKED_AT_MAX }),
    ...REPLY_STATES.map((state) => leases.listReplies({ namespace, state, due: false, limit: REPLIES_MAX })),
  ]);
  const rows = page.leases.filter(({ view }) => view.held).map(rowOf);
  return {
    usage: usage.of(namespace),
    sessions: rows.toSorted(worstFirst).slice(0, ROWS_MAX),
    isCut: page.nextAfter !== undefined || rows.length > ROWS_MAX,
    gateways: gatewaysOf(rows),
    replies: replyPages.flatMap(({ replies }) => replies.map(({ key, reply }) => ({ session: key, reply }))),
    longestWaitMs: Math.max(0, ...rows.map(({ longestWaitMs }) => longestWaitMs)),
    late: rows.filter((row) => row.isLate).length,
    takeovers: events.recent(namespace).filter(({ event }) => event.type === 'ended' && event.endedBecause !== 'released').length,
    staleVerdicts: staleIn(namespace),
  };
};
