/** Everything that can go wrong, in one table. The code is part of the contract; the HTTP status is given to it in `http/problem.ts`. */

export interface ErrorKind {
  /** The same sentence each time; what is particular stands in `detail`. */
  readonly title: string;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
}

export const ERRORS = {
  'request-invalid': { title: 'The request is not valid.', retryable: false },
  'session-invalid': { title: 'The session key is not valid.', retryable: false },
  'lease-id-invalid': { title: 'The Lease-Id header is missing or malformed.', retryable: false },
  'cursor-invalid': { title: 'The cursor is not one that a listing returned.', retryable: false },
  'json-malformed': { title: 'The body is not JSON.', retryable: false },
  unauthorized: { title: 'A valid API key is needed.', retryable: false },
  forbidden: { title: 'The API key does not allow this.', retryable: false },
  misdirected: { title: 'The service does not answer to this host name.', retryable: false },
  'not-found': { title: 'There is nothing at this address.', retryable: false },
  'method-not-allowed': { title: 'This address does not have that method.', retryable: false },
  'body-too-large': { title: 'The body is too large.', retryable: false },
  'media-type-unsupported': { title: 'The body must be application/json.', retryable: false },
  'lease-held': { title: 'The session is leased to another holder.', retryable: true },
  'lease-ended': { title: 'This lease id is over.', retryable: false },
  'lease-id-reused': { title: 'This lease id belongs to another holder.', retryable: false },
  'waiters-full': { title: 'Too many wait for this session already.', retryable: true },
  'lease-lost': { title: 'The lease has ended.', retryable: false },
  'lease-unknown': { title: 'No such lease is known.', retryable: false },
  'lease-not-held': { title: 'Nobody holds this session.', retryable: false },
  'reply-unknown': { title: 'No such reply is known.', retryable: false },
  'reply-settled': { title: 'The reply is settled.', retryable: false },
  'reply-not-next': { title: 'Another reply of the session comes first.', retryable: false },
  'reply-sending': { title: 'The reply is being sent.', retryable: true },
  'reply-id-reused': { title: 'This reply id belongs to another payload.', retryable: false },
  'replies-full': { title: 'The session has too many undelivered replies.', retryable: true },
  'quota-exceeded': { title: 'The namespace has used up a quota.', retryable: true },
  'fencing-token-unknown': { title: 'No such fencing token was granted.', retryable: false },
  'attempt-superseded': { title: 'The attempt is not the newest.', retryable: false },
  'attempt-not-taken': { title: 'The attempt is not yours to settle.', retryable: false },
  'payload-too-large': { title: 'The payload is too large.', retryable: false },
  'rate-limited': { title: 'This key sends too much.', retryable: true },
  'streams-full': { title: 'Too many event streams are open.', retryable: true },
  'store-unavailable': { title: 'The store did not answer in time.', retryable: true },
  overloaded: { title: 'This instance has too much to do.', retryable: true },
  'not-ready': { title: 'This instance is not ready.', retryable: true },
  'request-timeout': { title: 'The request did not arrive in time.', retryable: true },
  'headers-too-large': { title: 'The headers are too large.', retryable: false },
  'shutting-down': { title: 'This instance is shutting down.', retryable: true },
  internal: { title: 'The service failed.', retryable: true },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

/** What became of a command whose answer is an error. */
export type CommandOutcome = 'applied' | 'not-applied' | 'unknown';

/** An error that is told to the caller as it is. */
export class HoldfastError extends Error {
  override readonly name = 'HoldfastError';
  readonly code: ErrorCode;
  readonly outcome: CommandOutcome | undefined;
  /** Further members of the problem document. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, detail: string, more: { outcome?: CommandOutcome; members?: Record<string, unknown>; cause?: unknown } = {}) {
    super(detail, more.cause === undefined ? undefined : { cause: more.cause });
    this.code = code;
    this.outcome = more.outcome;
    this.members = more.members ?? {};
  }
}

/** The store could not carry a command out, or could not say whether it did. */
export class StoreUnavailableError extends HoldfastError {
  constructor(detail: string, outcome: 'not-applied' | 'unknown', cause?: unknown) {
    super('store-unavailable', detail, { outcome, cause });
  }
}
