/** Nodes of a quorum in memory, by the pure rules, on the time of a test; and a store over them. */
import type { Clock } from '../../service/src/clock.ts';
import type { ListedPlace, SessionName } from '../../service/src/session/store.ts';
import type { Namespace, ReplyState, SessionKey } from '../../service/src/session/types.ts';
import type { FiledPage, ListingPort, UsagesFiled } from '../../service/src/stores/quorum/listing-port.ts';
import { byPlace } from '../../service/src/stores/quorum/listings.ts';
import { NodeSilentError, type AcceptRequest, type Filed, type NodePort, type Told } from '../../service/src/stores/quorum/node-port.ts';
import { QuorumStore } from '../../service/src/stores/quorum/quorum-store.ts';
import type { Ballot } from '../../service/src/stores/quorum/rules/ballot.ts';
import * as rules from '../../service/src/stores/quorum/rules/node.ts';
import type { Kept } from '../../service/src/stores/quorum/rules/register.ts';
import { Votes, type VotingClient } from '../../service/src/stores/quorum/votes.ts';
import { nameOfText, nameText } from '../../service/src/stores/redis/partitions.ts';
import type { FakeClock } from './fake-clock.ts';

const MONO_TO_WALL_MS = 1_700_000_000_000;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const inByteOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** One node. `isDown` makes it silent; what is sent to it then may be done when it is up again, if `keepsSent`. */
export class MemoryNode implements NodePort, ListingPort {
  readonly shown: string;
  readonly clockOffsetMs = MONO_TO_WALL_MS;
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept<string>>();
  readonly #filed = new Map<string, Filed>();
  readonly #payloads = new Map<string, string>();
  #floor = 0;
  isDown = false;

  constructor(shown: string, clock: Clock) {
    this.shown = shown;
    this.#clock = clock;
  }

  get isVoting(): boolean {
    return !this.isDown;
  }

  get nowMs(): number {
    return this.#clock.now().monoMs + MONO_TO_WALL_MS;
  }

  /** Sessions that something is kept of. */
  get sessions(): readonly string[] {
    return [...this.#kept].filter(([, { register }]) => register.state !== undefined).map(([name]) => name);
  }

  get floor(): number {
    return this.#floor;
  }

  kept(name: string): Kept<string> {
    const kept = this.#kept.get(name) ?? { register: rules.EMPTY_REGISTER, vote: undefined, floor: 0 };
    return { ...kept, floor: this.#floor };
  }

  prepare(name: SessionName, number: number, by: string): Promise<Told> {
    return this.#do(name, (kept, nowMs) => rules.prepare(kept, { number, by }, nowMs));
  }

  accept(name: SessionName, request: AcceptRequest): Promise<Told> {
    return this.#do(name, (kept, nowMs) => rules.accept(kept, request, nowMs), request);
  }

  renew(name: SessionName, ballot: Ballot, by: string, ttlMs: number): Promise<Told> {
    return this.#do(name, (kept, nowMs) => rules.renew(kept, { ballot, by, ttlMs }, nowMs));
  }

  read(name: SessionName): Promise<Told> {
    return this.#do(name, (kept, nowMs) => rules.read(kept, nowMs));
  }

  repair(name: SessionName, request: AcceptRequest, notAfterMs: number): Promise<Told> {
    const ttlMs = request.effect.kind === 'extend' ? request.effect.forMs : 0;
    return this.#do(name, (kept, nowMs) => rules.repair(kept, { proposal: request.proposal, ttlMs, notAfterMs }, nowMs), request);
  }

  forget(name: SessionName, ballot: Ballot): Promise<Told> {
    return this.#do(name, (kept, nowMs) => {
      const done = rules.forget(kept, ballot, nowMs);
      if (done.answer.kind === 'taken') this.#filed.delete(nameText(name));
      return done;
    });
  }

  /** For redlock: its two scripts are told apart by what they are given. */
  get voting(): VotingClient {
    const perform = async (given: readonly unknown[]): Promise<number> => {
      await this.#reach();
      const [, name, value, ttlMs] = given as [number, string, string, number | undefined];
      const kept = this.kept(name);
      if (ttlMs === undefined) {
        this.#kept.set(name, rules.withdrawVote(kept, value));
        return kept.vote?.value === value ? 1 : 0;
      }
      const voted = rules.takeVote(kept, value, ttlMs, this.nowMs);
      this.#kept.set(name, voted.kept);
      return voted.isVote ? 1 : 0;
    };
    return {
      evalsha: (_hash, given, callback) => void perform(given).then((votes) => void callback(null, votes), (error: Error) => void callback(error)),
      eval: (_given, callback) => callback(new Error('every script is known here')),
    };
  }

  async leasedKeys({ namespace, prefix, after, limit }: Parameters<ListingPort['leasedKeys']>[0]): Promise<FiledPage<SessionKey>> {
    await this.#reach();
    const keys = this.#of(namespace).filter(({ filed: { isLeased }, key }) => isLeased && key.startsWith(prefix) && inByteOrder(key, after) > 0);
    return cut(keys.map(({ key }) => key).toSorted(inByteOrder), limit);
  }

  async replyPlaces({ namespace, state, after, limit }: { readonly namespace: Namespace; readonly state: ReplyState | undefined; readonly after: ListedPlace | undefined; readonly limit: number }): Promise<FiledPage<ListedPlace>> {
    await this.#reach();
    const places = this.#of(namespace).flatMap(({ key, filed }) => filed.replies.filter((reply) => state === undefined || reply.state === state).map(({ atMs, number }) => ({ atMs, key, number })));
    return cut(places.toSorted(byPlace).filter((place) => after === undefined || byPlace(place, after) > 0), limit);
  }

  async courierPlaces({ namespace, untilMs, after, limit }: Parameters<ListingPort['courierPlaces']>[0]): Promise<FiledPage<ListedPlace>> {
    await this.#reach();
    const places = this.#of(namespace).flatMap(({ key, filed: { courierDueAtMs } }) => (courierDueAtMs !== undefined && courierDueAtMs <= untilMs ? [{ atMs: courierDueAtMs, key, number: 0 }] : []));
    return cut(places.toSorted(byPlace).filter((place) => after === undefined || byPlace(place, { ...after, number: 0 }) > 0), limit);
  }

  async dueSessions(untilMs: number, limit: number): Promise<readonly SessionName[]> {
    await this.#reach();
    const due = [...this.#filed].filter(([, { dueAtMs }]) => dueAtMs !== undefined && dueAtMs <= untilMs).toSorted(([, a], [, b]) => a.dueAtMs! - b.dueAtMs!);
    const over = [...this.#kept].filter(([, { register: { value, untilMs } }]) => value !== '' && untilMs > 0 && untilMs <= this.nowMs);
    return [...due.slice(0, limit), ...over.slice(0, limit)].map(([name]) => nameOfText(name));
  }

  async forgettableSessions(untilMs: number, limit: number): Promise<readonly SessionName[]> {
    await this.#reach();
    const found = [...this.#filed].filter(([, { forgettableAtMs = Infinity }]) => forgettableAtMs <= untilMs);
    return found.slice(0, limit).map(([name]) => nameOfText(name));
  }

  async usages(): Promise<UsagesFiled> {
    await this.#reach();
    const counts = new Map<Namespace, number[]>();
    let oldestReplyAtMs: number | undefined;
    for (const [name, filed] of this.#filed) {
      const { namespace } = nameOfText(name);
      const sums = counts.get(namespace) ?? filed.usage.map(() => 0);
      counts.set(namespace, sums.map((sum, nth) => sum + filed.usage[nth]!));
      if (filed.oldestReplyAtMs !== undefined) oldestReplyAtMs = Math.min(oldestReplyAtMs ?? Infinity, filed.oldestReplyAtMs);
    }
    const used = [...counts].filter(([, sums]) => sums.some((sum) => sum > 0));
    return { namespaces: used.map(([namespace, sums]) => ({ namespace, counts: sums })), oldestReplyAtMs };
  }

  async payload(name: SessionName, payloadName: string): Promise<string | undefined> {
    await this.#reach();
    return this.#payloads.get(`${nameText(name)}\0${payloadName}`);
  }

  async #do(name: SessionName, rule: (kept: Kept<string>, nowMs: number) => rules.Done<string>, request?: AcceptRequest): Promise<Told> {
    await this.#reach();
    const text = nameText(name);
    const { kept, answer } = rule(this.kept(text), this.nowMs);
    this.#kept.set(text, kept);
    this.#floor = kept.floor;
    if (request && answer.kind === 'taken') this.#file(text, request);
    await nextTurn();
    if (this.isDown) throw new NodeSilentError(`${this.shown} is down`, true);
    return answer;
  }

  #file(name: string, { filed, payloads }: AcceptRequest): void {
    this.#filed.set(name, filed);
    for (const [payloadName, payload] of payloads?.put ?? []) this.#payloads.set(`${name}\0${payloadName}`, payload);
    for (const payloadName of payloads?.drop ?? []) this.#payloads.delete(`${name}\0${payloadName}`);
  }

  #of(namespace: Namespace): readonly { readonly key: SessionKey; readonly filed: Filed }[] {
    return [...this.#filed].flatMap(([text, filed]) => {
      const name = nameOfText(text);
      return name.namespace === namespace ? [{ key: name.key, filed }] : [];
    });
  }

  async #reach(): Promise<void> {
    await nextTurn();
    if (this.isDown) throw new NodeSilentError(`${this.shown} is down`, false);
  }
}

const cut = <Place>(places: readonly Place[], limit: number): FiledPage<Place> => ({ places: places.slice(0, limit), isCut: places.length > limit });

export const memoryNodes = (clock: Clock, count = 3): readonly MemoryNode[] => Array.from({ length: count }, (_, nth) => new MemoryNode(`node ${nth + 1}`, clock));

/** A node as one instance has it: what it asks takes so many turns of the event loop to get there, and arrives in its order. */
export const farAway = (node: MemoryNode, turnsAway: () => number): MemoryNode => {
  let arrived: Promise<unknown> = Promise.resolve();
  const travel = (): Promise<unknown> => (arrived = Promise.all([arrived, settle(turnsAway())]));
  return new Proxy(node, {
    get: (_node, member: keyof MemoryNode) => {
      if (member === 'voting') {
        const { evalsha, eval: whole } = node.voting;
        const voting: VotingClient = { evalsha: (hash, given, told) => void travel().then(() => evalsha(hash, given, told)), eval: whole };
        return voting;
      }
      const value: unknown = node[member];
      return typeof value === 'function' ? (...given: unknown[]) => travel().then(() => value.apply(node, given) as unknown) : value;
    },
  });
};

/** Instances over the same nodes hear of each other through `others`. */
export const quorumStoreOn = (nodes: readonly MemoryNode[], { clock, instanceId, others = [], random = Math.random }: { readonly clock: Clock; readonly instanceId: string; readonly others?: QuorumStore[]; readonly random?: () => number }): QuorumStore => {
  const store: QuorumStore = new QuorumStore({
    clock,
    nodes,
    votes: new Votes({ clock, keyOf: (name) => name, clients: nodes.map(({ voting }) => voting), lockScript: (text) => text, unlockScript: (text) => text }),
    storeId: 'st_quorum',
    instanceId,
    epoch: () => '1',
    random,
    publish: (text) => others.forEach((other) => void nextTurn().then(() => other.take(text))),
    nodeChecks: () => nodes.map(({ shown, isDown }) => ({ name: shown, ok: !isDown })),
    closeNodes: async () => {},
  });
  others.push(store);
  return store;
};

/** Lets whatever is under way between nodes in memory come to its end. */
export const settle = async (turns = 200): Promise<void> => {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** The store, with time going on while a command is under way: proposers that meet wait for a moment. */
export const going = (store: QuorumStore, clock: FakeClock): QuorumStore => {
  const apply = store.apply.bind(store);
  store.apply = async (name, command) => {
    let isOver = false;
    const outcome = apply(name, command).finally(() => (isOver = true));
    outcome.catch(() => {});
    for (await settle(20); !isOver; await settle(20)) clock.advance(1);
    return outcome;
  };
  return store;
};
