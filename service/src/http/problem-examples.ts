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
  'streams-full': { detail: '1000 event streams are open already.' },
  'store-unavailable': { detail: 'The store did not answer within 2000 ms.', outcome: 'unknown' },
  'not-ready': { detail: 'Not ready: store.', members: { checks: [{ name: 'store', ok: false, detail: 'the writer has stopped' }] } },
  'shutting-down': { detail: 'This instance is shutting down; another may answer.', outcome: 'not-applied' },
  internal: { detail: 'The service failed; its log has the reason beside this request id.', outcome: 'unknown' },
};

/** A problem document as the service would send it. */
export const problemExample = (code: ErrorCode): Record<string, unknown> => {
  const { detail, outcome, members } = EXAMPLES[code];
  return problemDocument(new HoldfastError(code, detail, { ...(outcome && { outcome }), ...(members && { members }) }), 'k3f9a1-2s');
};
