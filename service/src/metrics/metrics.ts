/**
 * What an operator can watch: every metric with its name, what it means, and where it moves. No label is ever a session, a holder or a namespace: their
 * number has no bound, and one tenant could read the names of another. Gauges are of the whole store, counters and histograms of this instance alone.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from '@prometheus-io/client';
import type { SessionEvent } from '../session/commands.ts';
import type { ErrorCode } from '../session/errors.ts';
import type { LeaseStore } from '../session/store.ts';
import type { EndedBecause, Namespace, ReplyState } from '../session/types.ts';
import { REPLY_STATES_COUNTED } from '../session/usage.ts';

/** Seconds. A call of the store takes a millisecond or two, and has a deadline of two seconds. */
const CALL_BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2];
const WAIT_BUCKETS = [0.001, 0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300];
const HOLD_BUCKETS = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 900, 3_600, 14_400];
const LATENESS_BUCKETS = [0, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 60];

const TAKEOVERS: readonly EndedBecause[] = ['expired', 'preempted', 'revoked', 'max-hold'];

export type Renewed = 'renewed' | 'lost' | 'unknown';
export type StoreOperation = 'acquire' | 'renew' | 'release' | 'park' | 'attempt' | 'look' | 'other';

/** The states that a reply comes to, beside `parked`. */
const OUTCOMES: readonly ReplyState[] = ['delivered', 'unknown', 'dead', 'superseded'];

const seconds = (ms: number): number => ms / 1_000;

export class Metrics {
  readonly #registry = new Registry();
  readonly #grants = this.#counter('grants_total', 'Leases granted.', 'waited');
  readonly #ends = this.#counter('leases_ended_total', 'Leases that ended, by reason.', 'reason');
  readonly #takeovers = this.#counter('takeovers_total', 'Leases that ended otherwise than by their release, by reason.', 'reason');
  readonly #yields = this.#counter('yield_requests_total', 'Times that a holder was asked to give its session up.');
  readonly #renewals = this.#counter('renewals_total', 'Renewals, those in heartbeats included, by result.', 'result');
  readonly #stale = this.#counter('stale_verdicts_total', 'Fencing tokens that were found stale, by verdict.', 'verdict');
  readonly #parked = this.#counter('replies_parked_total', 'Replies parked.');
  readonly #outcomes = this.#counter('reply_outcomes_total', 'Replies that came to a state, by state.', 'state');
  readonly #refusals = this.#counter('refusals_total', 'Answers that were errors, by code.', 'code');
  readonly #storeFailures = this.#counter('store_failures_total', 'Calls of the store that failed.');
  readonly #grantSeconds = this.#histogram('grant_seconds', 'From the request to its grant, the wait included.', CALL_BUCKETS.concat(5, 10, 30, 60));
  readonly #waitSeconds = this.#histogram('wait_seconds', 'How long those waited in line who were granted a lease after a wait.', WAIT_BUCKETS);
  readonly #holdSeconds = this.#histogram('hold_seconds', 'How long leases were held that ended.', HOLD_BUCKETS);
  readonly #handOffSeconds = this.#histogram('handoff_seconds', 'From the offer of a session to a waiter to the renewal that confirms it.', WAIT_BUCKETS);
  readonly #latenessSeconds = this.#histogram('heartbeat_lateness_seconds', 'How much later than a third of its TTL a renewal came.', LATENESS_BUCKETS);
  readonly #storeSeconds = this.#histogram('store_seconds', 'How long calls of the store took, by operation.', CALL_BUCKETS, 'operation');

  readonly #staleIn = new Map<Namespace, number>();

  /** @param ofProcess whether memory, event loop and the like are told too; they are watched for as long as the process lives */
  constructor(store: LeaseStore, { ofProcess }: { ofProcess: boolean }) {
    for (const waited of ['no', 'yes']) this.#grants.inc({ waited }, 0);
    for (const reason of ['released', ...TAKEOVERS]) this.#ends.inc({ reason }, 0);
    for (const reason of TAKEOVERS) this.#takeovers.inc({ reason }, 0);
    for (const result of ['renewed', 'lost', 'unknown']) this.#renewals.inc({ result }, 0);
    for (const verdict of ['ended', 'superseded', 'unknown']) this.#stale.inc({ verdict }, 0);
    for (const state of OUTCOMES) this.#outcomes.inc({ state }, 0);
    this.#watchStore(store);
    if (ofProcess) collectDefaultMetrics({ register: this.#registry });
  }

  readonly contentType = this.#registry.contentType;

  /** Everything, in the text format of Prometheus. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** Something that this instance has caused, or found due. */
  happened(event: SessionEvent): void {
    switch (event.type) {
      case 'granted':
        this.#grants.inc({ waited: event.waitedMs > 0 ? 'yes' : 'no' });
        if (event.waitedMs > 0) this.#waitSeconds.observe(seconds(event.waitedMs));
        return;
      case 'ended':
        this.#ends.inc({ reason: event.endedBecause });
        if (event.endedBecause !== 'released') this.#takeovers.inc({ reason: event.endedBecause });
        return this.#holdSeconds.observe(seconds(event.heldForMs));
      case 'yield-asked':
        return this.#yields.inc();
      case 'parked':
        return this.#parked.inc();
      case 'reply-state':
        if (OUTCOMES.includes(event.state)) this.#outcomes.inc({ state: event.state });
        return;
      case 'waiting':
      case 'left':
    }
  }

  granted(afterMs: number): void {
    this.#grantSeconds.observe(seconds(afterMs));
  }

  /** @param lateMs 0 for one in time */
  renewed(result: Renewed, lateMs = 0): void {
    this.#renewals.inc({ result });
    if (result === 'renewed') this.#latenessSeconds.observe(seconds(lateMs));
  }

  handedOff(afterMs: number): void {
    this.#handOffSeconds.observe(seconds(afterMs));
  }

  foundStale(verdict: string, namespace: Namespace): void {
    this.#stale.inc({ verdict });
    this.#staleIn.set(namespace, this.staleIn(namespace) + 1);
  }

  /** Fencing tokens of one namespace that were found stale here; it is told to that namespace alone. */
  staleIn(namespace: Namespace): number {
    return this.#staleIn.get(namespace) ?? 0;
  }

  refused(code: ErrorCode): void {
    this.#refusals.inc({ code });
  }

  storeAnswered(operation: StoreOperation, ms: number): void {
    this.#storeSeconds.observe({ operation }, seconds(ms));
  }

  storeFailed(): void {
    this.#storeFailures.inc();
  }

  #watchStore(store: LeaseStore): void {
    const { usage } = store;
    const sumOf = (what: keyof ReturnType<typeof usage.of>): number => {
      let sum = 0;
      for (const namespace of usage.namespaces) sum += usage.of(namespace)[what];
      return sum;
    };
    this.#gauge('leases', 'Live leases.', (gauge) => gauge.set(sumOf('leases')));
    this.#gauge('waiters', 'Tickets of those who wait.', (gauge) => gauge.set(sumOf('waiters')));
    this.#gauge('oldest_wait_seconds', 'How long the longest waiter has waited.', (gauge) => gauge.set(seconds(usage.oldestWaitMs())));
    this.#gauge('replies', 'Replies that are not settled, by state.', (gauge) => {
      for (const state of REPLY_STATES_COUNTED) gauge.set({ state }, sumOf(state));
    }, 'state');
    this.#gauge('reply_bytes', 'Bytes of the payloads of replies that are not settled.', (gauge) => gauge.set(sumOf('bytes')));
    this.#gauge('oldest_reply_seconds', 'How long the oldest undelivered reply has been kept.', (gauge) => gauge.set(seconds(usage.oldestReplyMs())));
    this.#gauge('check_ok', 'Whether a part of the store is well, by check: 1 or 0.', (gauge) => {
      for (const { name, ok } of store.checks()) gauge.set({ check: name }, ok ? 1 : 0);
    }, 'check');
    this.#collected('loop_rounds_total', 'Rounds of the background loops, by loop.', (counter) => {
      for (const { name, rounds } of store.checks()) if (rounds !== undefined) counter.inc({ loop: name }, rounds);
    }, 'loop');
    this.#collected('state_losses_total', 'Times that parts of the store were found without the state that they had.', (counter) => counter.inc(store.lossesSeen));
  }

  #counter<Label extends string>(name: string, help: string, ...labelNames: Label[]): Counter<Label> {
    return new Counter({ name: `holdfast_${name}`, help, labelNames, registers: [this.#registry] });
  }

  #histogram<Label extends string>(name: string, help: string, buckets: number[], ...labelNames: Label[]): Histogram<Label> {
    return new Histogram({ name: `holdfast_${name}`, help, buckets, labelNames, registers: [this.#registry] });
  }

  #gauge<Label extends string>(name: string, help: string, collect: (gauge: Gauge<Label>) => void, ...labelNames: Label[]): void {
    const gauge: Gauge<Label> = new Gauge({ name: `holdfast_${name}`, help, labelNames, registers: [this.#registry], collect: () => collect(gauge) });
  }

  /** One that is counted elsewhere. */
  #collected<Label extends string>(name: string, help: string, collect: (counter: Counter<Label>) => void, ...labelNames: Label[]): void {
    const counter: Counter<Label> = new Counter({
      name: `holdfast_${name}`,
      help,
      labelNames,
      registers: [this.#registry],
      collect: () => {
        counter.reset();
        collect(counter);
      },
    });
  }
}
