/** One example problem for each code: what `openapi.yaml` shows beside the errors of an operation. */
import { HoldfastError, type CommandOutcome, type ErrorCode } from '../session/errors.ts';
import { problemDocument } from './problem.ts';

interface Example {
  readonly detail: string;
  readonly outcome?: CommandOutcome;
  readonly members?: Record<string, unknown>;
}

const TOKEN = 1_760_000_000_000_001;

const EXAMPLES: Readonly<Record<ErrorCode, Example>> = {
  'request-invalid': { detail: 'ttlMs: must be from 1000 to 3600000' },
  'session-invalid': { detail: 'session: must not be "." or ".."' },
  'lease-id-invalid': { detail: 'Lease-Id: must be 22 to 128 of A-Z, a-z, 0-9, _ and -' },
  'cursor-invalid': { detail: 'cursor: must be a nextCursor that this service gave' },
  'json-malformed': { detail: 'The body must be well-formed JSON in UTF-8.' },
  unauthorized: { detail: 'Send the header "Authorization: Bearer <key>" with a valid key.' },
  forbidden: { detail: 'The key needs the scope admin.', members: { scopes: ['admin'] } },
  misdirected: { detail: 'Without keys this service answers to localhost, 127.0.0.1 and [::1] only. Set HOLDFAST_KEYS to reach it by another name.' },
  'not-found': { detail: 'There is nothing at /v1/lease.' },
  'method-not-allowed': { detail: 'This address takes DELETE, GET, HEAD, PUT.' },
  'body-too-large': { detail: 'The body must be at most 65536 bytes.' },
  'media-type-unsupported': { detail: 'Send the header "Content-Type: application/json".' },
  'request-timeout': { detail: 'The whole request must arrive within 20000 ms.' },
  'headers-too-large': { detail: 'All headers together must be at most 16384 bytes.' },
  'lease-held': {
    detail: 'The session is held by "gateway-1/pid 12".',
    outcome: 'not-applied',
    members: { holder: 'gateway-1/pid 12', heldForMs: 68_600, remainingMs: 21_400, currentToken: TOKEN, waiters: 1, position: 1, waitedMs: 25_000 },
  },
  'lease-ended': { detail: 'A lease of this id has ended, or was given up before it began. Mint a new lease id.', outcome: 'not-applied' },
  'lease-id-reused': { detail: 'This session knows the lease id with another holder. Mint a new lease id.', outcome: 'not-applied' },
  'waiters-full': { detail: '1000 wait for the session already.', outcome: 'not-applied', members: { waiters: 1_000 } },
  'lease-lost': {
    detail: 'The lease ended: expired.',
    outcome: 'not-applied',
    members: { fencingToken: TOKEN, currentToken: TOKEN + 1, endedBecause: 'expired', successor: { holder: 'gateway-1/pid 12' } },
  },
  'lease-unknown': { detail: 'The session has no lease of this id.', outcome: 'not-applied' },
  'lease-not-held': { detail: 'Nobody holds the session.', outcome: 'not-applied' },
  'reply-unknown': { detail: 'The session has no reply of this id.', outcome: 'not-applied' },
  'reply-settled': { detail: 'The reply is delivered: nothing more can come of it.', outcome: 'not-applied', members: { state: 'delivered' } },
  'reply-not-next': { detail: 'The reply turn-41 has to be attempted first.', outcome: 'not-applied', members: { replyId: 'turn-41' } },
  'reply-sending': { detail: 'An attempt to deliver the reply is under way; it ends with the lease of its taker at the latest.', outcome: 'not-applied' },
  'reply-id-reused': { detail: 'This session knows the reply id with another payload or content type.', outcome: 'not-applied' },
  'replies-full': {
    detail: 'The session has 1000 undelivered replies of 524288 bytes; it may have 1000 of 16777216 bytes.',
    outcome: 'not-applied',
    members: { replies: 1_000, bytes: 524_288, repliesMax: 1_000, bytesMax: 16_777_216 },
  },
  'quota-exceeded': { detail: 'The namespace has the 50000 waiters that it may have.', outcome: 'not-applied', members: { quota: 'waiters', limit: 50_000 } },
  'fencing-token-unknown': { detail: 'fencingToken: is above all that were granted', outcome: 'not-applied' },
  'attempt-superseded': { detail: '2 attempts have begun.', outcome: 'not-applied', members: { attempts: 2 } },
  'attempt-not-taken': { detail: 'This lease has no attempt under way that it could settle.', outcome: 'not-applied' },
  'payload-too-large': { detail: 'payload: must be at most 262144 bytes', outcome: 'not-applied', members: { payloadBytes: 300_000, payloadBytesMax: 262_144 } },
  'rate-limited': { detail: 'This key may send 500 requests of the kind "take" a second here.', outcome: 'not-applied', members: { budget: 'take', perSecond: 500 } },
  'streams-full': { detail: '1000 event streams are open already.' },
  'store-unavailable': { detail: 'The store did not answer within 2000 ms.', outcome: 'unknown' },
  overloaded: { detail: 'This instance is 310 ms behind. Requests of the kind "take" are refused until it has caught up.', outcome: 'not-applied' },
  'not-ready': { detail: 'Not ready: store.', members: { checks: [{ name: 'store', ok: false, detail: 'the writer has stopped' }] } },
  'shutting-down': { detail: 'This instance is shutting down; another may answer.', outcome: 'not-applied' },
  internal: { detail: 'The service failed; its log has the reason beside this request id.', outcome: 'unknown' },
};

/** A problem document as the service would send it. */
export const problemExample = (code: ErrorCode): Record<string, unknown> => {
  const { detail, outcome, members } = EXAMPLES[code];
  return problemDocument(new HoldfastError(code, detail, { ...(outcome && { outcome }), ...(members && { members }) }), 'k3f9a1-2s');
};
