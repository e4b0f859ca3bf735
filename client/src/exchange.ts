/** One request and its answer, as everything above the sockets sees it. */
import type { Now } from './clock.ts';
import type { HoldfastError } from './errors.ts';

/** What a request is for: each purpose has connections of its own, so that none waits behind another. */
export type Purpose = 'calls' | 'waits' | 'heartbeats' | 'events' | 'looks';

export interface Call {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  /** The secret of the lease; it goes into a header. */
  readonly leaseId?: string | undefined;
  readonly body?: object | undefined;
  readonly purpose: Purpose;
  /** Without a whole answer after this many milliseconds the attempt has failed. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Finds what is wrong with an answer that looks like one, so that another endpoint is asked. */
  readonly faultIn?: (answer: Pick<Answer, 'status' | 'body'>) => HoldfastError | undefined;
}

/** An answer that decides something: a success, or a refusal that the caller is to read. */
export interface Answer {
  readonly status: number;
  /** The parsed body; undefined where there is none. */
  readonly body: unknown;
  /** Both clocks at the moment before the request was sent. */
  readonly sent: Now;
}

export interface Exchange {
  /** How many endpoints there are to ask, one after another; at least 1. */
  readonly endpointCount: number;
  /**
   * Makes one attempt. After one that failed the next goes to another endpoint, if there is one.
   * @throws `ServiceUnavailableError`, `UnauthorizedError` or `StoreMismatchError` where no verdict came; the signal's reason when it is aborted
   */
  send(call: Call): Promise<Answer>;
}
