/** Attempts over HTTP: each has a deadline, each answer is checked for the store it comes from. */
import type { Dispatcher } from 'undici';
import { follow } from './abort.ts';
import type { Clock } from './clock.ts';
import type { Endpoint, Endpoints } from './endpoints.ts';
import { ClientClosedError, HoldfastError, ServiceUnavailableError, StoreMismatchError } from './errors.ts';
import type { Answer, Call, Exchange } from './exchange.ts';
import { NOT_SENT } from './not-sent.ts';
import { faultIn } from './problem.ts';

const STORE_HEADER = 'holdfast-store';

type Response = Dispatcher.ResponseData<null>;

export interface TransportParts {
  readonly endpoints: Endpoints;
  /** What `sent` is read from. */
  readonly clock: Clock;
  /** Deadlines of sockets are real even where the lease clock is a test's. */
  readonly socketClock: Clock;
  readonly apiKey: string | undefined;
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is not an answer of the service; the caller sees that by its missing members.
    return undefined;
  }
};

export class Transport implements Exchange {
  readonly #endpoints: Endpoints;
  readonly #clock: Clock;
  readonly #socketClock: Clock;
  readonly #authorization: Readonly<Record<string, string>>;
  readonly #closing = new AbortController();
  #storeId: string | undefined;

  constructor({ endpoints, clock, socketClock, apiKey }: TransportParts) {
    this.#endpoints = endpoints;
    this.#clock = clock;
    this.#socketClock = socketClock;
    this.#authorization = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  }

  /** The store that this client's leases live in; undefined until the first answer. */
  get storeId(): string | undefined {
    return this.#storeId;
  }

  /** Binds the client to a store before its first answer, as for a lease that another process acquired. */
  expectStore(storeId: string): void {
    this.#storeId ??= storeId;
  }

  /** Aborted when the transport is closed. */
  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  /** Cuts all connections; whoever still waits for an answer gets `ClientClosedError`. */
  async close(): Promise<void> {
    this.#closing.abort(new ClientClosedError());
    await this.#endpoints.destroy();
  }

  async send(call: Call): Promise<Answer> {
    const endpoint = this.#endpoints.current;
    const controller = new AbortController();
    const unfollow = follow(controller, [call.signal, this.#closing.signal]);
    const deadline = this.#socketClock.after(call.timeoutMs, () => controller.abort(noAnswer(endpoint, call.timeoutMs)));
    try {
      // Undici would connect for a request that is aborted already.
      controller.signal.throwIfAborted();
      const sent = this.#clock.now();
      const response = await this.#request(endpoint, call, controller.signal);
      const text = await response.body.text();
      return this.#read(endpoint, response, { status: response.statusCode, body: parseJson(text), sent });
    } catch (error) {
      if (call.signal?.aborted) throw call.signal.reason;
      throw this.#failed(endpoint, controller.signal.aborted ? controller.signal.reason : error);
    } finally {
      deadline.cancel();
      unfollow();
    }
  }

  /**
   * Opens an answer that does not end by itself.
   * @param idleMsMax how long it may be silent
   */
  async open(call: Omit<Call, 'timeoutMs' | 'leaseId'>, headers: Readonly<Record<string, string>>, idleMsMax: number): Promise<Response['body']> {
    const endpoint = this.#endpoints.current;
    try {
      this.closed.throwIfAborted();
      call.signal?.throwIfAborted();
      const response = await this.#request(endpoint, call, call.signal, { headers, idleMsMax });
      if (response.statusCode !== 200) {
        const text = await response.body.text();
        this.#read(endpoint, response, { status: response.statusCode, body: parseJson(text) });
        throw new ServiceUnavailableError(`${endpoint.origin} answered ${response.statusCode}.`);
      }
      try {
        this.#checkStore(endpoint, response, 200);
      } catch (error) {
        response.body.destroy();
        throw error;
      }
      return response.body;
    } catch (error) {
      if (call.signal?.aborted) throw call.signal.reason;
      throw this.#failed(endpoint, error);
    }
  }

  #request(
    endpoint: Endpoint,
    { method, path, leaseId, body, purpose }: Omit<Call, 'timeoutMs'>,
    signal: AbortSignal | undefined,
    stream?: { readonly headers: Readonly<Record<string, string>>; readonly idleMsMax: number },
  ): Promise<Response> {
    return this.#endpoints.pool(endpoint, purpose).request({
      method,
      path: endpoint.prefix + path,
      headers: {
        ...this.#authorization,
        ...(leaseId !== undefined && { 'lease-id': leaseId }),
        ...(body && { 'content-type': 'application/json' }),
        ...stream?.headers,
      },
      body: body ? JSON.stringify(body) : null,
      signal: signal ?? null,
      ...(stream && { headersTimeout: stream.idleMsMax, bodyTimeout: stream.idleMsMax }),
    });
  }

  /** Gives the answer back if it decides something, and throws what it says otherwise. */
  #read<A extends Pick<Answer, 'status' | 'body'>>(endpoint: Endpoint, response: Response, answer: A): A {
    this.#checkStore(endpoint, response, answer.status);
    const fault = faultIn(answer);
    if (fault) throw fault;
    return answer;
  }

  #checkStore(endpoint: Endpoint, { headers }: Response, status: number): void {
    const found = headers[STORE_HEADER];
    if (typeof found !== 'string') {
      // A proxy in between may say that it was not allowed, or that nobody answered it; anything else it cannot know.
      if (status === 401 || status === 403 || status >= 500) return;
      throw new ServiceUnavailableError(`${endpoint.origin} answered ${status}, but not as Holdfast does.`, { code: 'answer-invalid' });
    }
    this.#storeId ??= found;
    if (found === this.#storeId) return;
    endpoint.foreign = true;
    throw new StoreMismatchError(`${endpoint.origin} serves the store ${found}; this client began with ${this.#storeId}.`, {
      retryable: this.#endpoints.hasOther,
    });
  }

  /** Turns a failure into the client's error, and goes on to the next endpoint where that may help. */
  #failed(endpoint: Endpoint, error: unknown): unknown {
    const told = error instanceof HoldfastError ? error : unreachable(endpoint, error);
    if (told instanceof ServiceUnavailableError || told instanceof StoreMismatchError) this.#endpoints.moveOnFrom(endpoint);
    return told;
  }
}

const noAnswer = ({ origin }: Endpoint, afterMs: number): HoldfastError =>
  new ServiceUnavailableError(`${origin} did not answer within ${Math.round(afterMs)} ms.`, { code: 'service-silent' });

const unreachable = ({ origin }: Endpoint, cause: unknown): HoldfastError => {
  const code = codeOf(cause);
  const outcome = code !== undefined && NOT_SENT.has(code) ? 'not-applied' : 'unknown';
  return new ServiceUnavailableError(`${origin} could not be reached${code ? ` (${code})` : ''}.`, { outcome, cause });
};
