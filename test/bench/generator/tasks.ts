/** What the generator can be told to do. It runs in a process of its own and loads every server in the same way. */

/** All kinds of load on leases at once; the same for Holdfast and for the bare server. */
interface Load {
  readonly baseUrl: string;
  readonly connections: number;
  readonly durationMs: number;
  /** New for each task, so that no task meets the sessions of another. */
  readonly prefix: string;
}

/** Contenders for one session, shared out in turns among the instances of a service. Only hand-offs from one instance to another count, where there are several. */
interface Contest extends Omit<Load, 'baseUrl'> {
  readonly baseUrls: readonly string[];
  readonly paceMs: number;
}

/** Contenders for one session, each of whom lets go of it at once. */
interface Contended {
  readonly contenders: number;
  readonly durationMs: number;
  readonly prefix: string;
}

/** Without any service: redlock in the generator, on these Redis. */
interface OnNodes {
  readonly urls: readonly string[];
}


/** Leases that are told by their number, from `first` on, so that one task can take them and another keep them. */
interface Numbered {
  readonly baseUrl: string;
  readonly prefix: string;
  readonly leaseIdBase: string;
  readonly first: number;
  readonly leases: number;
}

export type Task =
  | ({ readonly kind: 'contended'; readonly baseUrl: string } & Contended)
  | ({ readonly kind: 'redlock-contended' } & OnNodes & Contended)
  /** Lock, unlock, lock, unlock … so many side by side. */
  | ({ readonly kind: 'redlock-pairs'; readonly connections: number; readonly durationMs: number; readonly prefix: string } & OnNodes)
  /** Acquire, release, acquire, release … on each connection. */
  | ({ readonly kind: 'pairs' } & Load)
  /** Each connection renews one lease of its own. */
  | ({ readonly kind: 'renewals' } & Load)
  /** Each connection renews `leases` of its own with each request. */
  | ({ readonly kind: 'batches'; readonly leases: number } & Load)
  /** One holder, `connections - 1` waiters; whoever holds releases after `paceMs`, and queues again. */
  | ({ readonly kind: 'hand-offs' } & Contest)
  /** The same through the client SDK: `connections` contenders, shared out among two clients, as two gateways would. */
  | ({ readonly kind: 'sdk-hand-offs' } & Contest)
  /** One request at a time on one connection, each `paceMs` after the last was answered. */
  | ({ readonly kind: 'paced'; readonly paceMs: number } & Load)
  /** `sessions` leases that nobody renews, each with one waiter behind it. */
  | { readonly kind: 'expiries'; readonly baseUrl: string; readonly prefix: string; readonly sessions: number; readonly ttlMs: number }
  /** Takes the leases, for `ttlMs` each. */
  | ({ readonly kind: 'fill'; readonly connections: number; readonly ttlMs: number } & Numbered)
  /** Renews each of the leases once, `batch` with one request; the requests are spread evenly over `everyMs`. */
  | ({ readonly kind: 'keep'; readonly connections: number; readonly batch: number; readonly everyMs: number } & Numbered);

export interface Rate {
  /** Units of work (pairs, renewals, leases) that were done within `elapsedMs`. */
  readonly done: number;
  readonly elapsedMs: number;
  /** Part of the time in which the generator's event loop had work, 0 to 1. Near 1 the generator is what limits the rate. */
  readonly generatorBusy: number;
}

export interface PassedOn {
  /** Grants to another contender than the one before. */
  readonly handOffs: number;
  readonly grants: number;
  readonly elapsedMs: number;
}

export interface Results {
  contended: PassedOn;
  'redlock-contended': PassedOn;
  'redlock-pairs': Rate;
  pairs: Rate;
  renewals: Rate;
  batches: Rate;
  /** `requestsEach` counts the acquire, the confirming renewal and the release of each round. */
  'hand-offs': { readonly latenciesMs: readonly number[]; readonly requestsEach: number };
  'sdk-hand-offs': { readonly latenciesMs: readonly number[] };
  paced: { readonly latenciesMs: readonly number[] };
  expiries: { readonly latenessMs: readonly number[] };
  /** `repeated` counts requests that were sent again because the store had not answered in time. */
  fill: { readonly taken: number; readonly repeated: number; readonly elapsedMs: number };
  keep: {
    readonly requests: number;
    /** Leases that were not held any more. */
    readonly lost: number;
    readonly repeated: number;
    /** Request by request, from the moment for which it was planned: until it was sent, and until it was answered. */
    readonly sentLateMs: readonly number[];
    readonly answeredLateMs: readonly number[];
    readonly elapsedMs: number;
  };
}

export type ResultOf<T extends Task> = Results[T['kind']];
export type Result = Results[Task['kind']];

/** What the generator sends back: the result, or why there is none. */
export type Report = { readonly result: Result } | { readonly failure: string };
