/** What every node of a store is expected to be: a member of this cluster, in this epoch, that has forgotten nothing anybody knows of. Shared by all of them. */

import type { MemberFacts } from './membership.ts';

const SEEDED = 'it votes again once it is seeded (holdfast-server quorum reseed)';

export class Expected {
  readonly cluster: string;
  readonly epoch: string;
  readonly #sequences = new Map<string, number>();

  constructor(cluster: string, epoch: string) {
    this.cluster = cluster;
    this.epoch = epoch;
  }

  /** The least that a node must have counted. */
  leastOf(node: string): number {
    return this.#sequences.get(node) ?? 0;
  }

  /** Why a node may not vote; undefined if it may. */
  refusalOf({ cluster, node, epoch, sequence, standing }: Pick<MemberFacts, 'cluster' | 'node' | 'epoch' | 'sequence' | 'standing'>): string | undefined {
    if (cluster === '') return `it has lost its data; ${SEEDED}`;
    if (cluster !== this.cluster) return `it belongs to another cluster (${cluster})`;
    if (standing !== 'member') return `it is ${standing}`;
    if (epoch !== this.epoch) return `it is in epoch ${epoch}, and the others are in ${this.epoch}`;
    const least = this.leastOf(node);
    return sequence < least ? `it has gone back to an older state (${sequence} writes, and it had made ${least}); ${SEEDED}` : undefined;
  }

  /** A node, or one of its peers, has said so. */
  saw(node: string, sequence: number): void {
    if (sequence > this.leastOf(node)) this.#sequences.set(node, sequence);
  }

  /** For a node's memory: what its peers have counted. */
  peersOf(node: string): string {
    return [...this.#sequences].filter(([peer]) => peer !== node).map(([peer, sequence]) => `${peer}=${sequence}`).join(',');
  }
}
