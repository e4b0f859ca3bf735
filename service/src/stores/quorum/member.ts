/** One member of the quorum: its link, what it says of itself, and whether it may vote. */
import type { Redis } from 'ioredis';
import type { Clock, Now } from '../../clock.ts';
import { shownAddress, type RedisAddress } from '../redis/address.ts';
import type { StoreLog } from '../redis/link.ts';
import { judgeServer } from '../redis/server-checks.ts';
import { readServerFacts } from '../redis/server-facts.ts';
import type { Doubles, Expected } from './expected.ts';
import { inPairs } from './in-pairs.ts';
import type { MemberFacts } from './membership.ts';
import { NodeLink } from './node-link.ts';
import { runScript } from './node-scripts.ts';
import { nodeTime, RedisNode } from './redis-node.ts';

export interface MemberParts {
  readonly address: RedisAddress;
  readonly instanceId: string;
  readonly clock: Clock;
  /** Of this process, even where the store's rules run on a test's time. */
  readonly linkClock: Clock;
  readonly reconnectDelayMs: () => number;
  readonly log: StoreLog;
  /** Undefined until it is known which cluster this is. */
  readonly expected: () => Expected | undefined;
  /** Tests alone: checks that are left out, and time that scripts take for the node's. */
  readonly acceptsFsync: boolean;
  readonly scriptTime?: (() => Now) | undefined;
}

export class Member {
  readonly shown: string;
  readonly link: NodeLink;
  readonly node: RedisNode;
  readonly #parts: MemberParts;
  #serverFaults: readonly string[] = [];
  #runId: string | undefined;
  #facts: MemberFacts | undefined;

  constructor(parts: MemberParts) {
    const { address, instanceId, clock, linkClock, reconnectDelayMs, log, scriptTime } = parts;
    this.#parts = parts;
    this.shown = shownAddress(address);
    this.link = new NodeLink({ address, shown: this.shown, name: `holdfast:${instanceId}`, clock: linkClock, reconnectDelayMs, log, check: (redis) => this.#check(redis) });
    this.node = new RedisNode({ link: this.link, shown: this.shown, nodeId: () => this.#facts?.node ?? '', expected: () => parts.expected()!, clock, scriptTime });
  }

  /** Why the server may not be used, whatever is in it; as of the last connection. */
  get serverFaults(): readonly string[] {
    return this.#serverFaults;
  }

  get runId(): string | undefined {
    return this.#runId;
  }

  /** Undefined while it was never asked. */
  get facts(): MemberFacts | undefined {
    return this.link.isUp ? this.#facts : undefined;
  }

  /** Asks again what it is. */
  async look(): Promise<void> {
    const why = await this.link.call((redis) => this.#introduce(redis));
    if (why !== undefined) this.link.refuse(why);
  }

  async #check(redis: Redis): Promise<string | undefined> {
    const { address, acceptsFsync } = this.#parts;
    const facts = await readServerFacts(redis);
    this.#runId = facts.runId;
    this.#serverFaults = judgeServer(facts, { accepted: acceptsFsync ? ['fsync'] : [], db: address.db, isMember: true }).refusals;
    if (this.#serverFaults.length > 0) return this.#serverFaults.join('; ');
    return this.#introduce(redis);
  }

  async #introduce(redis: Redis): Promise<string | undefined> {
    const { clock, scriptTime, expected } = this.#parts;
    const sentMs = clock.now().monoMs;
    const [cluster, node, epoch, sequence, , standing, peers, nodeMs] = (await runScript(redis, 'member', [])) as [string, string, string, string, string, string, string[], number];
    this.node.sawTime(scriptTime ? nodeTime(scriptTime()) : nodeMs, sentMs);
    const told = new Map(inPairs(peers).map(([peer, written]) => [peer, Number(written)]));
    this.#facts = { cluster, node, epoch, sequence: Number(sequence), standing, peers: told };
    const ours = expected();
    if (!ours) return undefined;
    const why = ours.judge(this.#facts, this.shown);
    if (why !== undefined || !ours.isBehind(this.#facts)) return why;
    // It was away while another was reseeded. It has what it had, as every node has that was away, and takes part from here on.
    const sealed = await runScript(redis, 'seal', [ours.cluster, ours.epoch, ours.leastOf(node)]);
    return sealed === 'sealed' ? undefined : `it is in epoch ${epoch}, the others are in ${ours.epoch}, and it cannot be brought there (${String(sealed)})`;
  }
}

/** Servers that have one and the same name: all but one of them have a copy of its data. */
export const doublesOf = (members: readonly Member[]): Doubles => {
  const named = members.flatMap(({ shown, facts }) => (facts?.node ? [{ shown, node: facts.node }] : []));
  const byName = Map.groupBy(named, ({ node }) => node);
  return new Map([...byName].filter(([, servers]) => servers.length > 1).map(([node, servers]) => [node, servers.map(({ shown }) => shown)]));
};
