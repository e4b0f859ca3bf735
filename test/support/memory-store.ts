/** A real store without a disk: the rules themselves over a Map, and one timer at a time for each session that is waited for. */
import type { Clock, Timer } from '../../service/src/clock.ts';
import { apply } from '../../service/src/session/apply.ts';
import type { Command, OutcomeOf, SessionEvent } from '../../service/src/session/commands.ts';
import type { ReplyUnknown } from '../../service/src/session/replies/commands.ts';
import { courierDueAt } from '../../service/src/session/replies/due.ts';
import { findReply, headOf } from '../../service/src/session/replies/order.ts';
import { replyView } from '../../service/src/session/replies/views.ts';
import { nextDueAt } from '../../service/src/session/settle.ts';
import type {
  AcceptedRisk,
  LeasePage,
  LeaseQuery,
  LeaseStore,
  ListedPlace,
  Renewal,
  ReplyPage,
  ReplyQuery,
  SessionName,
  StoreCheck,
  StoredReply,
  StoreListener,
} from '../../service/src/session/store.ts';
import { NO_USAGE, oldestReplyAt, oldestWaitAt, usageOf, type StoreUsage, type Usage } from '../../service/src/session/usage.ts';
import { EMPTY_SESSION, type FencingToken, type Namespace, type Reply, type ReplyId, type Session, type SessionKey } from '../../service/src/session/types.ts';

const idOf = ({ namespace, key }: SessionName): string => JSON.stringify([namespace, key]);
const payloadIdOf = (name: SessionName, replyId: ReplyId): string => JSON.stringify([idOf(name), replyId]);
const inByteOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const placeOf = (key: SessionKey, { settledAtMs, dueAtMs, number }: Reply): ListedPlace => ({ atMs: settledAtMs ?? dueAtMs, key, number });
const inOrderOfPlaces = (a: ListedPlace, b: ListedPlace): number => a.atMs - b.atMs || inByteOrder(a.key, b.key) || a.number - b.number;

export class MemoryStore implements LeaseStore {
  readonly kind = 'embedded';
  readonly storeId = 'st_memory';
  /** A test sets them to see who tells of them. */
  acceptedRisks: readonly AcceptedRisk[] = [];
  /** What `checks` answers; a test breaks it to see readiness turn red. */
  health: StoreCheck = { name: 'store', ok: true };
  /** A test sets it to see what a failing store does to answers. */
  fault: Error | undefined;
  readonly #clock: Clock;
  readonly #sessions = new Map<string, { readonly name: SessionName; session: Session; timer: Timer | undefined }>();
  readonly #payloads = new Map<string, string>();
  // Several instances may share it; each knows its own connections, and all see every event.
  readonly #listeners: StoreListener[] = [];
  #floor = 0 as FencingToken;

  readonly usage: StoreUsage;
  lossesSeen = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.usage = new CountedAnew(clock, () => [...this.#sessions.values()]);
  }

  async apply<C extends Command>(name: SessionName, command: C): Promise<OutcomeOf<C>> {
    if (this.fault) throw this.fault;
    return this.#carryOut(name, command);
  }

  async renewAll(namespace: Namespace, renewals: readonly Renewal[]): Promise<OutcomeOf<{ kind: 'renew' } & Command>[]> {
    if (this.fault) throw this.fault;
    return renewals.map(({ key, ...renewal }) => this.#carryOut({ namespace, key }, { kind: 'renew', ...renewal }));
  }

  async list({ namespace, prefix = '', holder, limit, after }: LeaseQuery): Promise<LeasePage> {
    if (this.fault) throw this.fault;
    const keys = [...this.#sessions.values()].filter(({ name }) => name.namespace === namespace).map(({ name }) => name.key);
    const wanted = keys.filter((key) => key.startsWith(prefix) && (after === undefined || inByteOrder(key, after) > 0)).sort(inByteOrder);
    const read = wanted.slice(0, limit);
    const leases = read
      .map((key) => ({ key, view: this.#carryOut({ namespace, key }, { kind: 'inspect' }) }))
      .filter(({ view }) => view.held && (holder === undefined || view.holder === holder));
    return { leases, ...(wanted.length > limit && { nextAfter: read.at(-1) as SessionKey }) };
  }

  async readReply(name: SessionName, replyId: ReplyId): Promise<StoredReply | ReplyUnknown> {
    const outcome = await this.apply(name, { kind: 'inspect-reply', replyId });
    if (outcome.kind === 'reply-unknown' || !this.#payloads.has(payloadIdOf(name, replyId))) return outcome;
    return { ...outcome, payload: this.#payloads.get(payloadIdOf(name, replyId))! };
  }

  async listReplies({ namespace, state, due, limit, after }: ReplyQuery): Promise<ReplyPage> {
    if (this.fault) throw this.fault;
    const wanted = [...this.#sessions.values()]
      .filter(({ name }) => name.namespace === namespace)
      .flatMap((kept) => {
        this.#carryOut(kept.name, { kind: 'tick' });
        const listed = due ? this.#dueOf(kept.session) : [...kept.session.replies, ...kept.session.settledReplies];
        return listed.filter((reply) => state === undefined || reply.state === state).map((reply) => ({ reply, place: placeOf(kept.name.key, reply) }));
      })
      .filter(({ place }) => after === undefined || inOrderOfPlaces(place, after) > 0)
      .sort((a, b) => inOrderOfPlaces(a.place, b.place));
    const { monoMs } = this.#clock.now();
    const read = wanted.slice(0, limit);
    const replies = read.map(({ reply, place: { key } }) => ({ key, reply: replyView(reply, monoMs) }));
    return { replies, ...(wanted.length > limit && { nextAfter: read.at(-1)!.place }) };
  }

  #dueOf(session: Session): readonly Reply[] {
    const dueAt = courierDueAt(session);
    return dueAt !== undefined && dueAt <= this.#clock.now().monoMs ? [headOf(session)!] : [];
  }

  listen(listener: StoreListener): void {
    this.#listeners.push(listener);
  }

  /** An event that no command caused. */
  tell(name: SessionName, event: SessionEvent): void {
    for (const listener of this.#listeners) listener.onEvent(name, event, true);
  }

  checks(): readonly StoreCheck[] {
    return [this.health];
  }

  async close(): Promise<void> {
    for (const { timer } of this.#sessions.values()) timer?.cancel();
  }

  #carryOut<C extends Command>(name: SessionName, command: C): OutcomeOf<C> {
    const kept = this.#sessions.get(idOf(name)) ?? { name, session: EMPTY_SESSION, timer: undefined };
    const { session, floor, outcome, wakes, events } = apply(kept.session, this.#floor, command, this.#clock.now());
    kept.session = session;
    this.#floor = floor;
    this.#sessions.set(idOf(name), kept);
    this.#keepPayload(name, command, session);
    this.#arm(kept);
    for (const listener of this.#listeners) {
      for (const wake of wakes) listener.onWake(wake);
      for (const event of events) listener.onEvent(name, event, true);
    }
    return outcome;
  }

  /** Kept when the reply is new, dropped when the rules say so. */
  #keepPayload(name: SessionName, command: Command, session: Session): void {
    if (command.kind === 'park' && findReply(session, command.replyId)?.payloadHash === command.payloadHash) this.#payloads.set(payloadIdOf(name, command.replyId), command.payload);
    for (const { replyId, payloadDropped } of session.settledReplies) if (payloadDropped) this.#payloads.delete(payloadIdOf(name, replyId));
  }

  #arm(kept: { readonly name: SessionName; session: Session; timer: Timer | undefined }): void {
    kept.timer?.cancel();
    const dueAt = nextDueAt(kept.session);
    kept.timer = dueAt === undefined ? undefined : this.#clock.after(dueAt - this.#clock.now().monoMs, () => void this.#carryOut(kept.name, { kind: 'tick' }));
  }
}

/** Looks at every session whenever it is asked: slow, and plain to see that it is right. */
class CountedAnew implements StoreUsage {
  readonly #clock: Clock;
  readonly #sessions: () => readonly { readonly name: SessionName; readonly session: Session }[];

  constructor(clock: Clock, sessions: () => readonly { readonly name: SessionName; readonly session: Session }[]) {
    this.#clock = clock;
    this.#sessions = sessions;
  }

  of(namespace: Namespace): Usage {
    const sum = { ...NO_USAGE };
    for (const { name, session } of this.#sessions()) {
      if (name.namespace !== namespace) continue;
      const own = usageOf(session);
      for (const what of Object.keys(sum) as (keyof Usage)[]) sum[what] += own[what];
    }
    return sum;
  }

  get namespaces(): Iterable<Namespace> {
    return new Set(this.#sessions().filter(({ session }) => Object.values(usageOf(session)).some((count) => count > 0)).map(({ name }) => name.namespace));
  }

  oldestWaitMs(): number {
    return this.#ageOf(oldestWaitAt);
  }

  oldestReplyMs(): number {
    return this.#ageOf(oldestReplyAt);
  }

  #ageOf(at: (session: Session) => number | undefined): number {
    const first = Math.min(Infinity, ...this.#sessions().map(({ session }) => at(session) ?? Infinity));
    return first === Infinity ? 0 : this.#clock.now().monoMs - first;
  }
}
