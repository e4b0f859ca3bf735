/** The limits of the HTTP side. Those of the rules stand in `session/limits.ts`, those an operator sets in `config.ts`. */

export const BODY_BYTES_MAX = 64 * 1024;
export const HEARTBEATS_BODY_BYTES_MAX = 2 * 1024 * 1024;
/** A payload of the largest size, each character of it escaped in six, and room to spare for how it is laid out. */
export const PARK_BODY_BYTES_MAX = 2 * 1024 * 1024;
/** All headers of a request together, its address included. */
export const HEADER_BYTES_MAX = 16 * 1024;
/** A request's headers, and the whole request, have to be here within this. */
export const HEADERS_TIMEOUT_MS = 10_000;
export const REQUEST_TIMEOUT_MS = 20_000;
/** How often the two above are looked at. */
export const TIMEOUTS_CHECK_MS = 1_000;
/** Connections that are open at once; further ones are closed as they come. */
export const CONNECTIONS_MAX = 20_000;
/** Metadata in one page of a listing: a page that would have more is shorter, and says where to go on. */
export const PAGE_METADATA_BYTES_MAX = 1024 * 1024;
/** A socket on which nothing moves is closed; longer than the longest wait and its deadline. */
export const SOCKET_IDLE_MS = 75_000;
/** An idle connection is kept open a little longer than balancers keep theirs, so that they close first. */
export const KEEP_ALIVE_MS = 72_000;
export const EVENT_STREAMS_MAX = 1_000;
/** A comment is sent on each event stream this often, so that nobody on the way takes it for dead. */
export const EVENT_KEEP_ALIVE_MS = 15_000;
/** What an event stream tells its reader to wait before it comes back. */
export const EVENT_RETRY_MS = 1_000;

/** The TTLs that a caller may ask for; an operator sets them. */
export interface TtlBounds {
  readonly ttlMsMin: number;
  readonly ttlMsMax: number;
}
