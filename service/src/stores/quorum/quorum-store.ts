/**
 * The quorum store: the state is on three or five independent Redis, and what a majority of them has accepted is true. Decisions are made here, by
 * the pure functions. This side also keeps the waiters of its own instance, and tells the others what it has brought about.
 */
import type { Clock } from '../../clock.ts';
import type { Command, Outcome, OutcomeOf, Outcomes, SessionEvent, Wake } from '../../session/commands.ts';
import { StoreUnavailableError } from '../../session/errors.ts';
import type { ReplyUnknown } from '../../session/replies/commands.ts';
import type { LeasePage, LeaseQuery, LeaseStore, Renewal, ReplyPage, ReplyQuery, SessionName, StoreCheck, StoredReply, StoreListener } from '../../session/store.ts';
import type { Namespace, ReplyId, Session, Waiter } from '../../session/types.ts';
import type { StoreUsage } from '../../session/usage.ts';
import { nameOfText, nameText } from '../redis/partitions.ts';
import { Rounds } from '../redis/rounds.ts';
import type { ListingPort } from './listing-port.ts';
import { Forgetting } from './forgetting.ts';
import { askMajority, leasePage } from './listings.ts';
import { Messages, type Message } from './messages.ts';
import { Neighbours, withNeighbours } from './neighbours.ts';
import type { NodePort } from './node-port.ts';
import { Numbers } from './numbers.ts';
import { Pacing } from './pacing.ts';
import { readPayload } from './reading-payloads.ts';
import { replyPage } from './reply-listings.ts';
import { SessionActor, type ActorParts } from './session-actor.ts';
import { majorityOf } from './rules/majority.ts';
import { StoreClock } from './store-clock.ts';
import { UsageOfNodes } from './usage-of-nodes.ts';
import type { Votes } from './votes.ts';
import { WaitersHere } from './waiters-here.ts';

/** Sessions that one round settles because they are due. */
const DUE_MAX = 100;
/** Sessions of which nothing is under way, and that are still known here: each saves whoever comes next a round to the nodes. */
const KNOWN_MAX = 10_000;

export type QuorumNode = NodePort & ListingPort;

export interface QuorumStoreParts {
  readonly clock: Clock;
  readonly nodes: readonly QuorumNode[];
  readonly votes: Pick<Votes, 'take'>;
  readonly storeId: string;
  readonly instanceId: string;
  /** The present one. What was promised in another counts no more. */
  readonly epoch: () => string;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Sends a message over every node that is there. */
  readonly publish: (text: string) => void;
  /** How the nodes do, for `/readyz`. */
  readonly nodeChecks: () => readonly StoreCheck[];
  readonly closeNodes: () => Promise<void>;
}

export class QuorumStore implements LeaseStore {
  readonly kind = 'quorum';
  readonly acceptedRisks = [];
  readonly lossesSeen = 0;
  readonly storeId: string;
  readonly #parts: QuorumStoreParts;
  readonly #storeClock: StoreClock;
  readonly #actorParts: ActorParts & { readonly nodes: readonly QuorumNode[] };
  readonly #actors = new Map<string, SessionActor>();
  readonly #messages: Messages;
  readonly #neighbours: Neighbours;
  readonly #waiting = new WaitersHere();
  readonly #usage: UsageOfNodes;
  readonly #forgetting: Forgetting;
  readonly #rounds: Rounds;
  #listener: StoreListener | undefined;
  #closed = false;

  constructor(parts: QuorumStoreParts) {
    const { clock, nodes, votes, instanceId, epoch, random, publish, storeId } = parts;
    this.#parts = parts;
    this.storeId = storeId;
    this.#storeClock = new StoreClock(clock, nodes);
    this.#actorParts = {
      clock,
      storeClock: this.#storeClock,
      nodes,
      votes,
      epoch,
      numbers: new Numbers(this.#storeClock, instanceId),
      pacing: new Pacing(clock, random),
      tell: (name, wakes, events) => this.#tell(name, wakes, events),
      onWaiters: (name, waiters) => this.#nowWait(name, waiters),
    };
    this.#neighbours = new Neighbours(clock);
    this.#messages = new Messages({ instanceId, publish, onMessage: (from, message) => this.#heard(from, message) });
    this.#usage = new UsageOfNodes(this.#storeClock, this.#waiting, this.#neighbours);
    this.#forgetting = new Forgetting(this.#actorParts);
    this.#rounds = new Rounds(clock, () => this.#round());
  }

  get usage(): StoreUsage {
    return this.#usage;
  }

  listen(listener: StoreListener): void {
    this.#listener = listener;
  }

  /** Takes a message that came over any of the nodes. */
  take(text: string): void {
    this.#messages.take(text);
  }

  async apply<C extends Command>(name: SessionName, command: C): Promise<OutcomeOf<C>> {
    this.#refuseWhenClosed();
    const outcome: Outcome = await this.#actor(nameText(name)).perform(command);
    return withNeighbours(outcome, this.#neighbours.of(nameText(name)), this.#storeClock.now().monoMs) as OutcomeOf<C>;
  }

  async renewAll(namespace: Namespace, renewals: readonly Renewal[]): Promise<readonly (Outcomes['renew'] | undefined)[]> {
    const renewed = await Promise.allSettled(renewals.map(({ key, leaseIdHash, ttlMs }) => this.apply({ namespace, key }, { kind: 'renew', leaseIdHash, ttlMs })));
    const failed = renewed.find(({ status }) => status === 'rejected');
    // Where nothing was answered the whole request may say why; else those without a verdict are asked about again.
    if (failed?.status === 'rejected' && renewed.every(({ status }) => status === 'rejected')) throw failed.reason;
    return renewed.map((one) => (one.status === 'fulfilled' ? one.value : undefined));
  }

  async list(query: LeaseQuery): Promise<LeasePage> {
    this.#refuseWhenClosed();
    return leasePage(this.#parts.nodes, (key) => this.apply({ namespace: query.namespace, key }, { kind: 'inspect' }), query);
  }

  async readReply(name: SessionName, replyId: ReplyId): Promise<StoredReply | ReplyUnknown> {
    this.#refuseWhenClosed();
    return readPayload(this.#parts.nodes, name, { replyId, nowMs: () => this.#storeClock.now().monoMs, look: () => this.#look(name) });
  }

  async listReplies(query: ReplyQuery): Promise<ReplyPage> {
    this.#refuseWhenClosed();
    // What a lease that has ended leaves to the courier is filed once somebody has looked.
    if (query.due) await this.#settleDue();
    return replyPage(this.#parts.nodes, { nowMs: this.#storeClock.now().monoMs, look: (name) => this.#look(name) }, query);
  }

  checks(): readonly StoreCheck[] {
    const nodes = this.#parts.nodeChecks();
    const voting = nodes.filter(({ ok }) => ok).length;
    const majority: StoreCheck = { name: 'majority', ok: voting >= majorityOf(nodes.length), detail: `${voting} of ${nodes.length} nodes vote` };
    return [...nodes, majority, this.#rounds.check()];
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#rounds.stop();
    for (const actor of this.#actors.values()) actor.stop();
    await this.#parts.closeNodes();
  }

  #look(name: SessionName): Promise<Session> {
    return this.#actor(nameText(name)).look();
  }

  #actor(name: string): SessionActor {
    let actor = this.#actors.get(name);
    if (actor) {
      // The one that was used last is let go last.
      this.#actors.delete(name);
    } else actor = new SessionActor(nameOfText(name), this.#actorParts);
    this.#actors.set(name, actor);
    if (this.#actors.size > KNOWN_MAX) this.#letGo();
    return actor;
  }

  #letGo(): void {
    for (const [name, actor] of this.#actors) {
      if (!actor.isIdle) continue;
      actor.stop();
      this.#actors.delete(name);
      return;
    }
  }

  #tell(name: SessionName, wakes: readonly Wake[], events: readonly SessionEvent[]): void {
    const elsewhere = this.#neighbours.of(nameText(name));
    for (const wake of wakes) this.#listener?.onWake({ ...wake, outcome: withNeighbours(wake.outcome, elsewhere, 0) });
    for (const event of events) this.#listener?.onEvent(name, event, true);
    if (events.length > 0) this.#messages.send({ kind: 'events', name: nameText(name), events });
  }

  #sayWaiters(name: string, waiters: readonly Waiter[]): void {
    this.#messages.send({ kind: 'waiters', name, waiters: waiters.map(({ holder, background, enqueuedAtMs }) => ({ holder, background, enqueuedAtMs })) });
  }

  #heard(from: string, message: Message): void {
    if (message.kind === 'waiters') {
      this.#neighbours.said(from, message.name, message.waiters);
      return;
    }
    const name = nameOfText(message.name);
    for (const event of message.events) this.#listener?.onEvent(name, event, false);
    if (message.events.some(({ type }) => type === 'ended')) this.#actors.get(message.name)?.lookAgain();
  }

  #nowWait(name: SessionName, waiters: readonly Waiter[]): void {
    this.#waiting.set(name, waiters);
    this.#sayWaiters(nameText(name), waiters);
  }

  /** What nobody has asked about: sessions that are due, and what is used. And who waits here is said again. */
  async #round(): Promise<void> {
    for (const { name, waiters } of this.#waiting.all) this.#sayWaiters(nameText(name), waiters);
    this.#neighbours.forgetSilent();
    const [usages] = await Promise.all([askMajority(this.#parts.nodes, (node) => node.usages()), this.#settleDue(), this.#forgetting.round()]);
    this.#usage.saw(usages);
  }

  async #settleDue(): Promise<void> {
    const { monoMs } = this.#storeClock.now();
    const due = await askMajority(this.#parts.nodes, (node) => node.dueSessions(monoMs, DUE_MAX));
    const names = new Set(due.flat().map(nameText));
    // One that fails stays due, and the round after this looks at it again.
    await Promise.allSettled([...names].map((name) => this.#actor(name).perform({ kind: 'tick' })));
  }

  #refuseWhenClosed(): void {
    if (this.#closed) throw new StoreUnavailableError('The store is closed.', 'not-applied');
  }
}
