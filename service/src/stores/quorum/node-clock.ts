/** How far a node's clock is ahead of this process's own, by what the node says of it. Pure. */

/** One look: asked at one own moment, answered by another. The node's clock said `nodeMs` somewhere in between. */
export interface ClockLook {
  readonly nodeMs: number;
  readonly sentMs: number;
  readonly answeredMs: number;
}

/**
 * What a look leaves possible is as wide as it took. What is known stays where it is possible, and else moves no further than it has to: an answer
 * that lay unread while this process stood still says little, and spoils nothing.
 */
export const offsetSeen = (knownMs: number | undefined, { nodeMs, sentMs, answeredMs }: ClockLook): number => {
  const [leastMs, mostMs] = [nodeMs - answeredMs, nodeMs - sentMs];
  return knownMs === undefined ? (leastMs + mostMs) / 2 : Math.min(Math.max(knownMs, leastMs), mostMs);
};
