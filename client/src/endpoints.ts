/** The base URLs of one service, which of them is in use, and the connections to each. */
import { Pool, type Dispatcher } from 'undici';
import { InvalidRequestError } from './errors.ts';
import type { Purpose } from './exchange.ts';

/** Opens the connections to one origin. Give your own to go through a proxy, or in tests. */
export type OpenPool = (origin: string, options: Pool.Options) => Dispatcher;

export interface Endpoint {
  readonly origin: string;
  /** What stands before `/v1`; without a slash at its end. */
  readonly prefix: string;
  /** It turned out to serve another store. */
  foreign: boolean;
  readonly pools: Map<Purpose, Dispatcher>;
}

// A wait holds a connection for as long as it lasts; everything else is short.
const CONNECTIONS_MAX: Readonly<Record<Purpose, number>> = { calls: 64, waits: 1_024, heartbeats: 4, events: 1 };
const CONNECT_TIMEOUT_MS = 2_000;
// A page of 1,000 leases with 4 KiB of metadata each fits.
const ANSWER_BYTES_MAX = 16 * 2 ** 20;

const parse = (baseUrl: string): Endpoint => {
  const url = URL.parse(baseUrl);
  if (!url || !/^https?:$/.test(url.protocol)) throw new InvalidRequestError(`baseUrl must be an http or https URL, not ${JSON.stringify(baseUrl)}.`);
  if (url.username || url.password) throw new InvalidRequestError('baseUrl must not carry a name or a password; the API key is an option of its own.');
  if (url.search || url.hash) throw new InvalidRequestError('baseUrl must not have a query or a fragment.');
  return { origin: url.origin, prefix: url.pathname.replace(/\/+$/, ''), foreign: false, pools: new Map() };
};

export const openPool: OpenPool = (origin, options) => new Pool(origin, options);

export class Endpoints {
  readonly #all: readonly Endpoint[];
  readonly #openPool: OpenPool;
  #index = 0;

  /** @throws {@link InvalidRequestError} for a base URL that is none, or for none at all */
  constructor(baseUrls: readonly string[], open: OpenPool) {
    if (baseUrls.length === 0) throw new InvalidRequestError('baseUrl or baseUrls must be given.');
    this.#all = baseUrls.map(parse);
    this.#openPool = open;
  }

  get current(): Endpoint {
    return this.#all[this.#index]!;
  }

  /** Whether there is another endpoint that is not known to serve another store. */
  get hasOther(): boolean {
    return this.#all.some((endpoint, index) => index !== this.#index && !endpoint.foreign);
  }

  /** Goes on to the next endpoint, unless somebody else's failure of the same one did so already. */
  moveOnFrom(failed: Endpoint): void {
    if (failed !== this.current || !this.hasOther) return;
    do this.#index = (this.#index + 1) % this.#all.length;
    while (this.current.foreign);
  }

  pool(endpoint: Endpoint, purpose: Purpose): Dispatcher {
    let pool = endpoint.pools.get(purpose);
    if (!pool) {
      pool = this.#openPool(endpoint.origin, {
        connections: CONNECTIONS_MAX[purpose],
        pipelining: 1,
        allowH2: false,
        connect: { timeout: CONNECT_TIMEOUT_MS },
        // Every call has its own deadline, which covers the body too.
        headersTimeout: 0,
        bodyTimeout: 0,
        maxResponseSize: purpose === 'events' ? -1 : ANSWER_BYTES_MAX,
      });
      endpoint.pools.set(purpose, pool);
    }
    return pool;
  }

  /** Cuts all connections. */
  async destroy(): Promise<void> {
    const pools = this.#all.flatMap((endpoint) => [...endpoint.pools.values()]);
    await Promise.all(pools.map((pool) => pool.destroy()));
  }
}
