/** What must be true of every world. */
import { compareBallots } from '../../../service/src/stores/quorum/rules/ballot.ts';
import { believes, isLiveOn, withClaimer } from './change.ts';
import { LETTERS, MAJORITY, type Node, type Things, type World } from './model.ts';
import { NOW_MS } from './rules.ts';

export type Broken =
  /** Two grants share a token. */
  | 'token'
  /** A grant that was answered before another was asked for has not the smaller token. */
  | 'order'
  /** A grant that was answered is not found by some majority. */
  | 'lost'
  /** Two claimers believe to hold. */
  | 'two holders'
  /** A majority says that the lease of a claimer is over who believes to hold, and whom nobody has revoked. */
  | 'evicted'
  /** A lease that was over by a majority is live on one again. */
  | 'revived';

type Check = (world: World) => string | undefined;

/** Pairs of nodes that can answer one round. */
const majorities = ({ columns }: World): readonly (readonly [Node, Node])[] => {
  const [a, b, c] = columns.map(({ it }) => it.node.it) as [Node, Node, Node];
  return ([[a, b], [a, c], [b, c]] as const).filter(([one, other]) => one.isMember && other.isMember && one.epoch === other.epoch);
};

const granted = ({ claimers }: World): readonly { readonly nth: number; readonly token: number; readonly asked: readonly number[] }[] =>
  claimers.flatMap(({ it: { token, asked } }, nth) => (token > 0 ? [{ nth, token, asked }] : []));

const sharedToken: Check = (world) => {
  const grants = granted(world);
  const twice = grants.find(({ token }, nth) => grants.slice(nth + 1).some((other) => other.token === token));
  return twice && `${twice.token} was granted twice`;
};

const wrongOrder: Check = (world) => {
  for (const { nth, token, asked } of granted(world)) {
    const earlier = asked.find((other) => world.claimers[other]!.it.token >= token);
    if (earlier !== undefined) return `${LETTERS[nth]} was granted ${token} after ${LETTERS[earlier]} had been told of ${world.claimers[earlier]!.it.token}`;
  }
  return undefined;
};

/** What a majority says is what the newest of it has; whatever was forgotten is below its floor. */
const lostGrant: Check = (world) => {
  const grants = granted(world);
  if (grants.length === 0) return undefined;
  for (const [one, other] of majorities(world)) {
    const newest = compareBallots(one.kept.register.accepted, other.kept.register.accepted) >= 0 ? one : other;
    const floor = Math.max(one.kept.floor, other.kept.floor);
    const known = newest.kept.register.state?.grants ?? [];
    const lost = grants.find(({ nth, token }) => floor < token && !known.some(([claimer, one]) => claimer === LETTERS[nth] && one === token));
    if (lost) return `a majority knows nothing of the grant of ${lost.token} to ${LETTERS[lost.nth]}`;
  }
  return undefined;
};

const twoHolders: Check = (world) => {
  const holders = [...world.claimers.keys()].filter((nth) => believes(world, nth));
  return holders.length > 1 ? `${holders.map((nth) => LETTERS[nth]).join(' and ')} believe to hold` : undefined;
};

const isOver = (world: World, value: string): boolean => majorities(world).some((nodes) => nodes.every((node) => !isLiveOn(node, value, NOW_MS)));

const evicted: Check = (world) => {
  const nth = [...world.claimers.keys()].find((holder) => believes(world, holder) && isOver(world, world.claimers[holder]!.it.proposal!.value));
  return nth === undefined ? undefined : `a majority says that the lease of ${LETTERS[nth]} is over, who renews it and believes to hold`;
};

const revived: Check = ({ columns, claimers }) => {
  const nth = claimers.findIndex(({ it: { hasEnded, proposal } }) => hasEnded && columns.filter(({ it }) => isLiveOn(it.node.it, proposal!.value, NOW_MS)).length >= MAJORITY);
  return nth < 0 ? undefined : `the lease of ${LETTERS[nth]} is live on a majority again`;
};

const CHECKS: Readonly<Record<Broken, Check>> = { token: sharedToken, order: wrongOrder, lost: lostGrant, 'two holders': twoHolders, evicted, revived };

export const ALL_BROKEN: readonly Broken[] = ['token', 'order', 'lost', 'two holders', 'evicted'];

export const brokenIn = (world: World, which: readonly Broken[]): string | undefined => {
  for (const broken of which) {
    const found = CHECKS[broken](world);
    if (found !== undefined) return `${broken}: ${found}`;
  }
  return undefined;
};

/** Notes who has been seen without its lease since it was granted. */
export const noted = (things: Things, world: World): World => {
  let after = world;
  for (const [nth, { it }] of world.claimers.entries()) {
    if (it.token > 0 && it.proposal !== null && !it.hasEnded && isOver(world, it.proposal.value)) after = withClaimer(things, after, nth, { hasEnded: true });
  }
  return after;
};
