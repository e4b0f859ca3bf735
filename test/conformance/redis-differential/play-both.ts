/** Plays one history on the pure functions and through the scripts. */
import { nameText, partitionOf } from '../../../service/src/stores/redis/partitions.ts';
import type { FencingToken } from '../../../service/src/session/types.ts';
import type { AnyStep } from '../../simulation/reply-steps.ts';
import { SESSIONS } from '../../simulation/steps.ts';
import { nameOf } from '../store-under-test.ts';
import type { Expected } from './expected.ts';
import { HistoryPlayer } from './history-player.ts';
import { PureSide, START } from './pure-side.ts';
import type { ScriptSide } from './script-side.ts';

/** Keys that try to be more than a key; they come first in their partitions. */
const TRICKS = ['{tag}', 'hf:{3}:meta', ':', 'ended:default\0session 0', '\0', '\0session 0', '#1', '*', '%z', ' ', '[a', '\u{10ffff}', '😀'.repeat(128)];

/** Names of one partition each: what two sessions share is its floor and its indexes. */
const NAMES: readonly (readonly string[])[] = (() => {
  const keys = [...TRICKS, ...Array.from({ length: 2_000 }, (_, nth) => `session ${nth * 7_919}`)];
  const byPartition = Map.groupBy(keys.map((key) => nameText(nameOf(key))), partitionOf);
  return [...byPartition.values()].map((names) => names.slice(0, SESSIONS));
})();

/** Of a partition that never granted anything, one whose tokens are of the past, and one whose floor is ahead of the clock. */
const FLOORS = [0, START.wallUs - 1, START.wallUs + 3_600_000_000] as FencingToken[];

const namesOf = (chance: number): readonly string[] => NAMES[chance % NAMES.length]!;

/** Gives all that was compared. @param chance picks the partition and its floor */
export const playBoth = async (side: ScriptSide, steps: readonly AnyStep[], chance: number): Promise<readonly Expected[]> => {
  const names = namesOf(chance);
  const floor = FLOORS[chance % FLOORS.length]!;
  const pure = new PureSide(floor);
  const player = new HistoryPlayer(pure, (a, b) => Buffer.compare(Buffer.from(names[a]!), Buffer.from(names[b]!)));
  for (const step of steps) player.take(step);
  player.end();
  await side.compare(names, floor, pure.expected);
  return pure.expected;
};

/** A history that was written by hand; its state is compared after every so many commands, and at its end. */
export const playByHand = async (side: ScriptSide, play: (pure: PureSide) => void, comparesEvery: number): Promise<readonly Expected[]> => {
  const pure = new PureSide(FLOORS[0]!, comparesEvery);
  play(pure);
  pure.end();
  await side.compare(namesOf(0), FLOORS[0]!, pure.expected);
  return pure.expected;
};
