/**
 * Everything that the client throws. Each class has a stable `code`; some codes come from the service as they are.
 * Contention (somebody else holds the session) and faults (the service cannot be reached) never share a class.
 *
 * An interface of the same name as a class gives the class the members of its facts, as `Object.assign` does at run time.
 */

/** Why a lease ended: by its holder, by time, after a yield request, by an operator, by its longest hold. */
export type EndedBecause = 'released' | 'expired' | 'preempted' | 'revoked' | 'max-hold';

/** What became of a command whose answer is an error, or got lost. */
export type CommandOutcome = 'applied' | 'not-applied' | 'unknown';

/** What any error of the client can tell beside its message. */
export interface ErrorFacts {
  readonly code?: string | undefined;
  readonly retryable?: boolean | undefined;
  /** Names the request in the service's log. */
  readonly requestId?: string | undefined;
  readonly outcome?: CommandOutcome | undefined;
  readonly cause?: unknown;
}

/** What all errors of the client have in common. */
export class HoldfastError extends Error {
  override readonly name: string = 'HoldfastError';
  /** Stable; what to tell errors apart by where `instanceof` cannot reach. */
  readonly code: string;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  readonly requestId: string | undefined;
  readonly outcome: CommandOutcome | undefined;

  constructor(message: string, { code = 'holdfast', retryable = false, requestId, outcome, cause }: ErrorFacts = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.retryable = retryable;
    this.requestId = requestId;
    this.outcome = outcome;
  }
}

/** Who holds a session, as a caller is told that does not. Spans in milliseconds. */
export interface HeldFacts {
  readonly session: string;
  readonly holder: string;
  readonly heldForMs: number;
  readonly remainingMs: number;
  readonly currentToken: number;
  readonly waiters: number;
  /** The place in the queue, from 1; undefined without a ticket. */
  readonly position?: number | undefined;
  /** How long this call waited in all. */
  readonly waitedMs: number;
}

export interface LeaseHeldError extends HeldFacts {}
/** Somebody else holds the session, and held it for as long as the call was willing to wait. */
export class LeaseHeldError extends HoldfastError {
  override readonly name = 'LeaseHeldError';

  constructor(held: HeldFacts, facts: ErrorFacts = {}) {
    super(`The session is held by ${held.holder}.`, { retryable: true, ...facts, code: 'lease-held' });
    Object.assign(this, held);
  }
}

/** What is known of the end of a lease. */
export interface LossFacts {
  readonly session: string;
  readonly fencingToken: number;
  /** Undefined where the service could not be asked: the local deadline passed. */
  readonly endedBecause?: EndedBecause | undefined;
  /** The session's live fencing token, if somebody holds it now. */
  readonly currentToken?: number | undefined;
  readonly successor?: { readonly holder: string } | undefined;
}

const lossText = ({ endedBecause, successor }: LossFacts): string => {
  if (endedBecause === undefined) return 'The lease was lost: it was not renewed in time, or the service does not know it any more.';
  return `The lease was lost: ${endedBecause}${successor ? `, and ${successor.holder} came after it` : ''}.`;
};

export interface LeaseLostError extends LossFacts {}
/** The lease ended otherwise than by its own release. `lease.signal` is aborted with it. */
export class LeaseLostError extends HoldfastError {
  override readonly name = 'LeaseLostError';

  constructor(loss: LossFacts, facts: ErrorFacts = {}) {
    super(lossText(loss), { ...facts, code: 'lease-lost' });
    Object.assign(this, loss);
  }
}

/** The lease, or this handle on it, is over because it was released, left, or its id was ended before it was granted. */
export class LeaseEndedError extends HoldfastError {
  override readonly name = 'LeaseEndedError';

  constructor(message: string, facts: ErrorFacts = {}) {
    super(message, { ...facts, code: 'lease-ended' });
  }
}

/**
 * Nobody can say at this moment whether the lease is held: monotonic and wall clock went apart since the last answered
 * renewal, as they do when the machine slept. The next renewal decides; it is on its way already, unless `autoRenew` is off.
 */
export class LeaseUncertainError extends HoldfastError {
  override readonly name = 'LeaseUncertainError';

  constructor() {
    super('The clocks went apart; whether the lease is held is known after the next renewal.', { code: 'lease-uncertain', retryable: true });
  }
}

/** The session has no live lease, so there is nobody to ask or to revoke. */
export class LeaseNotHeldError extends HoldfastError {
  override readonly name = 'LeaseNotHeldError';

  constructor(message: string, facts: ErrorFacts = {}) {
    super(message, { ...facts, code: 'lease-not-held' });
  }
}

/** What is known of a fencing token that is no longer the live one. */
export interface StaleFacts {
  readonly fencingToken: number;
  readonly session?: string | undefined;
  /** `unknown` is not known to be stale, and counts as stale. */
  readonly verdict?: 'ended' | 'superseded' | 'unknown' | undefined;
  /** The live token, or the largest that the resource has seen. */
  readonly currentToken?: number | undefined;
  readonly endedBecause?: EndedBecause | undefined;
  readonly successor?: { readonly holder: string } | undefined;
}

const staleText = ({ fencingToken, verdict, currentToken, endedBecause, successor }: StaleFacts): string => {
  if (verdict === 'unknown') return `Fencing token ${fencingToken} is not known to be current.`;
  const by = currentToken === undefined ? '' : `; the current one is ${currentToken}${successor ? `, of ${successor.holder}` : ''}`;
  return `Fencing token ${fencingToken} is stale${endedBecause ? ` (${endedBecause})` : ''}${by}.`;
};

export interface StaleFencingTokenError extends StaleFacts {}
/** A fencing token is not the live one: what it would write must not be written. */
export class StaleFencingTokenError extends HoldfastError {
  override readonly name = 'StaleFencingTokenError';

  constructor(stale: StaleFacts, facts: ErrorFacts = {}) {
    super(staleText(stale), { ...facts, code: 'stale-fencing-token' });
    Object.assign(this, stale);
  }
}

/** Too many wait for the session already. */
export class WaitersFullError extends HoldfastError {
  override readonly name = 'WaitersFullError';

  constructor(message: string, facts: ErrorFacts = {}) {
    super(message, { retryable: true, ...facts, code: 'waiters-full' });
  }
}

/** The namespace of the client's key has used up a quota: `quota` names it. */
export class QuotaExceededError extends HoldfastError {
  override readonly name = 'QuotaExceededError';
  readonly quota: 'leases' | 'waiters' | 'replies' | 'bytes';

  constructor(message: string, quota: QuotaExceededError['quota'], facts: ErrorFacts = {}) {
    super(message, { retryable: true, ...facts, code: 'quota-exceeded' });
    this.quota = quota;
  }
}

/** What is left of the longest hold, or of a preemption's grace, does not cover another attempt. `cause` is the last attempt's error, if there was one. */
export class HoldTooShortError extends HoldfastError {
  override readonly name = 'HoldTooShortError';
  /** How long the lease can still be held, in milliseconds. */
  readonly holdRemainingMs: number;

  constructor(holdRemainingMs: number, cause?: unknown) {
    super(`The lease ends in ${Math.round(holdRemainingMs)} ms, which does not cover another attempt.`, { code: 'hold-too-short', cause });
    this.holdRemainingMs = holdRemainingMs;
  }
}

/** The service did not answer, or said that it could not. `outcome` tells whether the command may have been carried out. */
export class ServiceUnavailableError extends HoldfastError {
  override readonly name = 'ServiceUnavailableError';

  constructor(message: string, facts: ErrorFacts = {}) {
    super(message, { code: 'service-unavailable', outcome: 'unknown', retryable: true, ...facts });
  }
}

/** The endpoint serves another store than the one this client began with: its leases and tokens mean nothing here. */
export class StoreMismatchError extends HoldfastError {
  override readonly name = 'StoreMismatchError';

  constructor(message: string, facts: ErrorFacts = {}) {
    super(message, { outcome: 'unknown', ...facts, code: 'store-mismatch' });
  }
}

/** The request is wrong, and would be wrong again. `code` says how. */
export class InvalidRequestError extends HoldfastError {
  override readonly name = 'InvalidRequestError';

  constructor(message: string, facts: ErrorFacts = {}) {
    super(message, { code: 'request-invalid', outcome: 'not-applied', ...facts });
  }
}

/** The service wants an API key, or another one (`unauthorized`), or one with a scope that this one lacks (`forbidden`); the message names the scope. */
export class UnauthorizedError extends HoldfastError {
  override readonly name = 'UnauthorizedError';

  constructor(message: string, facts: ErrorFacts = {}) {
    super(message, { outcome: 'not-applied', ...facts, code: facts.code === 'forbidden' ? 'forbidden' : 'unauthorized' });
  }
}

/** The client was closed. */
export class ClientClosedError extends HoldfastError {
  override readonly name = 'ClientClosedError';

  constructor() {
    super('The client is closed.', { code: 'client-closed' });
  }
}
