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
  /** Aborted, and replaced, when the endpoint is found dead: what waits there for an answer goes on elsewhere. */
  waits: AbortController;
  readonly pools: Map<Purpose, Dispatcher>;
}

// A wait holds a connection for as long as it lasts; everything else is short.
const CONNECTIONS_MAX: Readonly<Record<Purpose, number>> = { calls: 64, waits: 1_024, heartbeats: 4, events: 1, looks: 1 };
const CONNECT_TIMEOUT_MS = 2_000;
// A page of 1,000 leases with 4 KiB of metadata each fits.
const ANSWER_BYTES_MAX = 16 * 2 ** 20;

const parse = (baseUrl: string): Endpoint => {
  const url = URL.parse(baseUrl);
  if (!url || !/^https?:$/.test(url.protocol)) throw new InvalidRequestError(`baseUrl must be an http or https URL, not ${JSON.stringify(baseUrl)}.`);
  if (url.username || url.password) throw new InvalidRequestError('baseUrl must not carry a name or a password; the API key is an option of its own.');
  if (url.search || url.hash) throw new InvalidRequestError('baseUrl must not have a query or a fragment.');
  return { origin: url.origin, prefix: url.pathname.replace(/\/+$/, ''), foreign: false, waits: new AbortController(), pools: new Map() };
};

/** One named twice would be asked twice in each round, and its failure taken for that of two. */
const checkDistinct = (endpoints: readonly Endpoint[]): void => {
  const seen = new Set<string>();
  for (const { origin, prefix } of endpoints) {
    if (seen.has(origin + prefix)) throw new InvalidRequestError(`baseUrls names ${origin}${prefix} twice.`);
    seen.add(origin + prefix);
  }
};

export const openPool: OpenPool = (origin, options) => new Pool(origin, options);

export class Endpoints {
  readonly #all: readonly Endpoint[];
  readonly #openPool: OpenPool;
  #index = 0;

  /** @throws {@link InvalidRequestError} for a base URL that is none, for one given twice, or for none at all */
  constructor(baseUrls: readonly string[], open: OpenPool) {
    if (baseUrls.length === 0) throw new InvalidRequestError('baseUrl or baseUrls must be given.');
    this.#all = baseUrls.map(parse);
    checkDistinct(this.#all);
    this.#openPool = open;
  }

  get current(): Endpoint {
    return this.#all[this.#index]!;
  }

  /** How many are not known to serve another store. */
  get usableCount(): number {
    return this.#all.filter(({ foreign }) => !foreign).length;
  }

  /** Whether there is another endpoint that is not known to serve another store. */
  hasOtherThan(one: Endpoint): boolean {
    return this.#all.some((endpoint) => endpoint !== one && !endpoint.foreign);
  }

  /** Goes on to the next endpoint, unless somebody else's failure of the same one did so already. It stays there, also when the one before is back. */
  moveOnFrom(failed: Endpoint): void {
    if (failed !== this.current || !this.hasOtherThan(failed)) return;
    do this.#index = (this.#index + 1) % this.#all.length;
    while (this.current.foreign);
  }

  /**
   * Cuts what waits at an endpoint that was found dead, if there is another to go on at.
   * @param waits of the endpoint when the attempt began that found it dead: those who came since then wait on
   */
  cutWaits(dead: Endpoint, waits: AbortController, why: Error): void {
    if (dead.waits !== waits || !this.hasOtherThan(dead)) return;
    dead.waits = new AbortController();
    waits.abort(why);
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
