/** What every node of a store is expected to be: a member of this cluster that has forgotten nothing anybody knows of. Shared by all of them. */

import type { MemberFacts } from './membership.ts';

const SEEDED = 'it votes again once it is seeded (holdfast-server quorum reseed)';

/** By the name that they have in common. */
export type Doubles = ReadonlyMap<string, readonly string[]>;

export type Standing = Pick<MemberFacts, 'cluster' | 'node' | 'epoch' | 'sequence' | 'standing'>;

export class Expected {
  readonly cluster: string;
  readonly #sequences = new Map<string, number>();
  /** Which server is which node. */
  readonly #servers = new Map<string, string>();
  /** Servers that were found with one and the same name. */
  readonly #doubles: Map<string, Set<string>>;
  readonly #listeners: (() => void)[] = [];
  #epoch: number;

  constructor(cluster: string, epoch: string, sequences: ReadonlyMap<string, number> = new Map(), doubles: Doubles = new Map()) {
    this.cluster = cluster;
    this.#epoch = Number(epoch);
    for (const [node, sequence] of sequences) this.saw(node, sequence);
    this.#doubles = new Map([...doubles].map(([node, servers]) => [node, new Set(servers)]));
  }

  /** The present one: every reseed begins another. */
  get epoch(): string {
    return String(this.#epoch);
  }

  onEpoch(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** A reseed begins the next one. */
  begin(): void {
    this.#sawEpoch(this.#epoch + 1);
  }

  /** The least that a node must have counted. */
  leastOf(node: string): number {
    return this.#sequences.get(node) ?? 0;
  }

  /**
   * Takes up what a node says of itself, and says why it may not vote; undefined if it may, once it is in the present epoch.
   * @param shown the server that it is on
   */
  judge(facts: Standing, shown: string): string | undefined {
    const { cluster, node, epoch, sequence, standing } = facts;
    const others = this.#doublesOf(facts, shown);
    if (cluster === '') return `it has lost its data; ${SEEDED}`;
    if (cluster !== this.cluster) return `it belongs to another cluster (${cluster})`;
    if (standing === 'reseeding') return `its reseeding is under way, or was interrupted; ${SEEDED}`;
    if (standing !== 'member') return `it is ${standing}`;
    const least = this.leastOf(node);
    if (sequence < least) return `it has gone back to an older state (${sequence} writes, and it had made ${least}); ${SEEDED}`;
    // Whoever did not know them before cannot tell which of them has forgotten what it was, so that none of them votes.
    if (others.length > 0) return `it has the same data as ${others.join(' and ')}, and which of them is the copy cannot be told: empty that one (FLUSHALL), then it can be seeded`;
    const server = this.#servers.get(node) ?? shown;
    // Whatever it was before, it has forgotten that.
    if (server !== shown) return `it holds a copy of the data of ${server}; ${SEEDED}`;
    this.#servers.set(node, shown);
    this.#sawEpoch(Number(epoch));
    return undefined;
  }

  /** A node that was away while another was reseeded: it is to be told of the present epoch. */
  isBehind({ epoch }: Standing): boolean {
    return Number(epoch) < this.#epoch;
  }

  /** A node, or one of its peers, has said so. */
  saw(node: string, sequence: number): void {
    if (sequence > this.leastOf(node)) this.#sequences.set(node, sequence);
  }

  /** For a node's memory: what its peers have counted. */
  peersOf(node: string): string {
    return [...this.#sequences].filter(([peer]) => peer !== node).map(([peer, sequence]) => `${peer}=${sequence}`).join(',');
  }

  /** The other servers that have its name, as far as is known. One that has been given another is none of them any more. */
  #doublesOf({ cluster, node }: Standing, shown: string): readonly string[] {
    for (const [name, servers] of this.#doubles) if (cluster !== this.cluster || name !== node) servers.delete(shown);
    const servers = cluster === this.cluster ? this.#doubles.get(node) : undefined;
    return servers?.has(shown) ? [...servers].filter((server) => server !== shown) : [];
  }

  #sawEpoch(epoch: number): void {
    if (epoch <= this.#epoch) return;
    this.#epoch = epoch;
    for (const listener of this.#listeners) listener();
  }
}
