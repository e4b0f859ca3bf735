/** The limits that are part of the rules. Those that an operator may set are in `config.ts`. */
import type { Quotas } from './usage.ts';

/** How long an offer lives until it is confirmed, at most. */
export const OFFER_MS = 5_000;
/** How long a ticket outlives its connection, or its 409. */
export const TICKET_GRACE_MS = 5_000;
/** Tickets a session may have, both classes together. */
export const WAITERS_MAX = 1_000;
/** One request waits at most this long; the SDK sends waits in slices. */
export const WAIT_MS_MAX = 60_000;
/** Ended ids a session remembers … */
export const ENDED_IDS_MAX = 1_000;
/** … and for how long. */
export const ENDED_ID_MS = 15 * 60_000;
/** How long a session is remembered after its last end. */
export const IDLE_SESSION_MS = 7 * 24 * 3_600_000;
/** Idle sessions that are remembered; beyond it the oldest are forgotten earlier. */
export const IDLE_SESSIONS_MAX = 1_000_000;

/** Replies of a session that are not settled, dead ones included … */
export const REPLIES_MAX = 1_000;
/** … and their payloads together. */
export const REPLIES_BYTES_MAX = 16 * 1024 * 1024;
export const PAYLOAD_BYTES_MAX = 256 * 1024;
export const PAYLOAD_DEPTH_MAX = 200;
/** Delivered and superseded replies that a session remembers, of the superseded ones what they said within `REPLIES_BYTES_MAX` … */
export const SETTLED_REPLIES_MAX = 1_000;
/** … and for how long. */
export const SETTLED_REPLY_MS = 7 * 24 * 3_600_000;
/** Settled replies that are remembered in all; beyond it the oldest are forgotten earlier. */
export const SETTLED_REPLIES_IN_ALL_MAX = 1_000_000;
/** How long a reply may stay undelivered. */
export const REPLY_LIFE_MS_DEFAULT = 24 * 3_600_000;
export const REPLY_LIFE_MS_MIN = 1_000;
export const REPLY_LIFE_MS_MAX = 7 * 24 * 3_600_000;
/** Waits before the next attempt, after the first failure, the second, and so on; the last one from there on. */
export const REPLY_BACKOFF_MS: readonly number[] = [5_000, 25_000, 2 * 60_000, 10 * 60_000, 30 * 60_000];
export const RETRY_AFTER_MS_MAX = 24 * 3_600_000;
export const REPLY_ID_CHARS_MAX = 128;
export const CONTENT_TYPE_CHARS_MAX = 128;
export const ATTEMPT_ERROR_BYTES_MAX = 2 * 1024;

/** What a namespace may have, unless the operator says otherwise: what one machine bears, so that none fills it for the others without being told. */
export const QUOTAS_DEFAULT: Quotas = { leases: 1_000_000, waiters: 50_000, replies: 100_000, bytes: 1024 ** 3 };
export const QUOTA_MAX = 1_000_000_000_000;

export const TTL_MS_DEFAULT = 30_000;
export const MAX_HOLD_MS_DEFAULT = 4 * 3_600_000;
export const MAX_HOLD_MS_MIN = 1_000;
export const MAX_HOLD_MS_MAX = 7 * 24 * 3_600_000;
export const GRACE_MS_MAX = 3_600_000;
/** A live lease is to be renewed after this part of its TTL. */
export const RENEW_AFTER_PART = 3;

export const SESSION_KEY_BYTES_MAX = 512;
export const NAME_CHARS_MAX = 128;
export const REASON_CHARS_MAX = 512;
export const METADATA_BYTES_MAX = 4_096;
export const METADATA_DEPTH_MAX = 32;
export const HEARTBEATS_MAX = 1_000;
export const LIST_LIMIT_DEFAULT = 100;
export const LIST_LIMIT_MAX = 1_000;
/** Entries that one page of a listing reads at most. */
export const LIST_READ_MAX = 1_000;
/** Events of a namespace that an instance keeps for those who reconnect. */
export const EVENTS_KEPT_MAX = 10_000;
/** A request is answered within this and its `waitMs`. */
export const REQUEST_DEADLINE_MS = 2_000;
/** Fencing tokens are JSON integers. */
export const FENCING_TOKEN_MAX = Number.MAX_SAFE_INTEGER;
