/** Attempts over HTTP: each has a deadline, each answer is checked for the store it comes from. */
import type { Dispatcher } from 'undici';
import { follow } from './abort.ts';
import type { Clock } from './clock.ts';
import { EndpointWatch, LOOK_MS_MAX } from './endpoint-watch.ts';
import type { Endpoint, Endpoints } from './endpoints.ts';
import { ClientClosedError, HoldfastError, ServiceUnavailableError, StoreMismatchError, UnauthorizedError } from './errors.ts';
import type { Answer, Call, Exchange } from './exchange.ts';
import { NOBODY_THERE, NOT_SENT } from './not-sent.ts';
import type { OwnHeaders } from './own-headers.ts';
import { faultIn } from './problem.ts';

const STORE_HEADER = 'holdfast-store';
/** Who was silent for less may only be slow: nobody else's wait is cut for it. */
const DEAD_AFTER_MS = 1_000;

type Response = Dispatcher.ResponseData<null>;

export interface TransportParts {
  readonly endpoints: Endpoints;
  /** What `sent` is read from. */
  readonly clock: Clock;
  /** Deadlines of sockets are real even where the lease clock is a test's. */
  readonly socketClock: Clock;
  readonly own: OwnHeaders;
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
  readonly #own: OwnHeaders;
  readonly #watch: EndpointWatch;
  readonly #closing = new AbortController();
  #storeId: string | undefined;

  constructor({ endpoints, clock, socketClock, own }: TransportParts) {
    this.#endpoints = endpoints;
    this.#clock = clock;
    this.#socketClock = socketClock;
    this.#own = own;
    this.#watch = new EndpointWatch(socketClock, (endpoint) => this.#look(endpoint));
  }

  get endpointCount(): number {
    return Math.max(1, this.#endpoints.usableCount);
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
    if (call.purpose !== 'waits' || !this.#endpoints.hasOtherThan(endpoint)) return this.#attempt(endpoint, call);
    const unwatch = this.#watch.begin(endpoint);
    return this.#attempt(endpoint, call).finally(unwatch);
  }

  async #attempt(endpoint: Endpoint, call: Call): Promise<Answer> {
    const { waits } = endpoint;
    const controller = new AbortController();
    // A call is short, and may be one that must not be carried out twice: it is left to its own deadline.
    const unfollow = follow(controller, [call.signal, this.#closing.signal, call.purpose === 'calls' ? undefined : waits.signal]);
    const deadline = this.#socketClock.after(call.timeoutMs, () => controller.abort(noAnswer(endpoint, call.timeoutMs)));
    try {
      // Undici would connect for a request that is aborted already.
      controller.signal.throwIfAborted();
      const sent = this.#clock.now();
      const response = await this.#request(endpoint, call, controller.signal);
      const text = await response.body.text();
      const answer = this.#read(endpoint, response, { status: response.statusCode, body: parseJson(text), sent });
      const fault = call.faultIn?.(answer);
      if (fault) throw fault;
      return answer;
    } catch (error) {
      if (call.signal?.aborted) throw call.signal.reason;
      throw this.#failed({ endpoint, waits, ...call }, controller.signal.aborted ? controller.signal.reason : error);
    } finally {
      deadline.cancel();
      unfollow();
    }
  }

  /**
   * Opens an answer that does not end by itself.
   * @param idleMsMax how long it may be silent
   */
  async open(call: Omit<Call, 'timeoutMs' | 'leaseId'>, headers: Readonly<Record<string, string>>, idleMsMax: number): Promise<AsyncIterable<Uint8Array>> {
    const endpoint = this.#endpoints.current;
    const { waits } = endpoint;
    const controller = new AbortController();
    const unfollow = follow(controller, [call.signal, this.#closing.signal, waits.signal]);
    const failed = (error: unknown): unknown => {
      if (call.signal?.aborted) return call.signal.reason;
      return this.#failed({ endpoint, waits, timeoutMs: 0, ...call }, controller.signal.aborted ? controller.signal.reason : error);
    };
    try {
      controller.signal.throwIfAborted();
      const response = await this.#request(endpoint, call, controller.signal, { headers, idleMsMax });
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
      return followed(response.body, failed, unfollow);
    } catch (error) {
      unfollow();
      throw failed(error);
    }
  }

  /** Asks an endpoint something that is answered at once. */
  async #look(endpoint: Endpoint): Promise<void> {
    try {
      await this.#attempt(endpoint, { method: 'GET', path: '/v1', purpose: 'looks', timeoutMs: LOOK_MS_MAX });
    } catch {
      // The attempt has drawn from its failure what it means for the endpoint and for those who wait there; nobody else asked.
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
        ...this.#own(),
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
    endpoint.foreign = found !== this.#storeId;
    if (!endpoint.foreign) return;
    throw new StoreMismatchError(`${endpoint.origin} serves the store ${found}; this client began with ${this.#storeId}.`, {
      retryable: this.#endpoints.usableCount > 0,
    });
  }

  /** Turns a failure into the client's error, and goes on to the next endpoint where that may help. */
  #failed({ endpoint, waits, timeoutMs, purpose }: Attempted, error: unknown): unknown {
    const told = error instanceof HoldfastError ? error : unreachable(endpoint, error);
    const isDead = saysDead(told, timeoutMs);
    // Whoever answers a look lives, whatever the answer is.
    if (isDead || (purpose !== 'looks' && mayBeBetterElsewhere(told))) this.#endpoints.moveOnFrom(endpoint);
    if (isDead) this.#endpoints.cutWaits(endpoint, waits, foundDead(endpoint, told));
    return told;
  }
}

/** An attempt that failed: where, who waited there when it began, and how long it was willing to wait itself. */
interface Attempted extends Pick<Call, 'purpose' | 'timeoutMs'> {
  readonly endpoint: Endpoint;
  readonly waits: AbortController;
}

/** A key that is wrong here may be right there, while the instances are given a new one in turn; the caller is told nevertheless. */
const mayBeBetterElsewhere = (error: HoldfastError): boolean =>
  error instanceof ServiceUnavailableError || error instanceof StoreMismatchError || error instanceof UnauthorizedError;

/** Whether a failure means that the endpoint answers nobody, or nobody of ours. */
const saysDead = (error: HoldfastError, timeoutMs: number): boolean =>
  error instanceof StoreMismatchError ||
  (error.code === 'service-silent' && timeoutMs >= DEAD_AFTER_MS) ||
  NOBODY_THERE.has(codeOf(error.cause) ?? '');

/** What those are told who waited there: unlike the attempt that found it dead, theirs had arrived. */
const foundDead = ({ origin }: Endpoint, cause: HoldfastError): ServiceUnavailableError =>
  new ServiceUnavailableError(`${origin} was given up while it was waited for.`, { outcome: 'unknown', cause });

/** Hands a body on to its end, whatever that is. */
async function* followed(body: Response['body'], failed: (error: unknown) => unknown, done: () => void): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* body;
  } catch (error) {
    throw failed(error);
  } finally {
    done();
  }
}

const noAnswer = ({ origin }: Endpoint, afterMs: number): HoldfastError =>
  new ServiceUnavailableError(`${origin} did not answer within ${Math.round(afterMs)} ms.`, { code: 'service-silent' });

const unreachable = ({ origin }: Endpoint, cause: unknown): HoldfastError => {
  const code = codeOf(cause);
  const outcome = code !== undefined && NOT_SENT.has(code) ? 'not-applied' : 'unknown';
  return new ServiceUnavailableError(`${origin} could not be reached${code ? ` (${code})` : ''}.`, { outcome, cause });
};
