/** Which nodes are one cluster, and which of them may vote. Pure. */

/** What a node says of itself; empty texts where it has never been given anything. */
export interface MemberFacts {
  readonly cluster: string;
  readonly node: string;
  readonly epoch: string;
  readonly sequence: number;
  /** `joining` until all nodes of a new cluster have it, then `member`; `reseeding` while it is given what it has lost. */
  readonly standing: string;
  /** The largest sequences of the other nodes that it was told. */
  readonly peers: ReadonlyMap<string, number>;
}

export type Gathering =
  /** Nobody has ever used these nodes, or the first use was interrupted: they are to be made one cluster. */
  | { readonly kind: 'found' }
  | { readonly kind: 'member'; readonly cluster: string; readonly epoch: string; readonly sequences: ReadonlyMap<string, number> }
  | { readonly kind: 'refused'; readonly why: string };

const most = (names: readonly string[]): string | undefined => {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0];
};

/** @param facts of each node of the setting; undefined for one that does not answer */
export const gather = (facts: readonly (MemberFacts | undefined)[]): Gathering => {
  const there = facts.filter((one) => one !== undefined);
  const needed = (facts.length + 1) / 2;
  const known = there.filter(({ cluster }) => cluster !== '');
  const members = known.filter(({ standing }) => standing !== 'joining');
  if (members.length === 0) {
    if (there.length === facts.length) return { kind: 'found' };
    if (known.length > 0 || there.length < needed) return { kind: 'refused', why: `only ${there.length} of the ${facts.length} Redis answer, and they are not one cluster yet: for the first start all of them are needed` };
    return { kind: 'refused', why: `only ${there.length} of the ${facts.length} Redis answer, and those are empty: for the first start all of them are needed` };
  }
  const cluster = most(members.map((one) => one.cluster))!;
  const ours = known.filter((one) => one.cluster === cluster);
  if (ours.length < needed) return { kind: 'refused', why: `only ${ours.length} of the ${facts.length} Redis are of one cluster (${cluster}), and ${needed} are needed` };
  const epoch = Math.max(...ours.map((one) => Number(one.epoch)));
  const sequences = new Map<string, number>();
  const saw = (node: string, sequence: number): void => void sequences.set(node, Math.max(sequence, sequences.get(node) ?? 0));
  for (const one of ours) {
    saw(one.node, one.sequence);
    for (const [peer, sequence] of one.peers) saw(peer, sequence);
  }
  return { kind: 'member', cluster, epoch: String(epoch), sequences };
};
