/** Visits every world that can be reached, nearest first, so that the first fault found has the shortest history. Knows nothing of what a world is. */

export interface Space<W> {
  readonly first: W;
  /** Tells each step that a world can take, always in the same order. */
  readonly steps: (world: W, emit: (says: () => string, next: W) => void) => void;
  /** Worlds with one key have the same future. Two integers below 2^53, the first of which has few values: text would be slower by half. */
  readonly keyOf: (world: W) => readonly [few: number, many: number];
  /** What is wrong with it. */
  readonly judge: (world: W) => string | undefined;
}

export interface Explored {
  readonly states: number;
  readonly steps: number;
  /** False where the bound was reached before the end. */
  readonly isComplete: boolean;
  readonly found: { readonly wrong: string; readonly history: readonly string[] } | undefined;
}

export const explore = <W>(space: Space<W>, statesMax: number): Explored => {
  const known = new Map<number, Set<number>>();
  /** By number of the world: the one that it came from, and by which of its steps. */
  const cameFrom: number[] = [];
  const byStep: number[] = [];
  let level: { world: W; nth: number }[] = [];
  let steps = 0;
  let wrong: { says: string; nth: number } | undefined;

  const visit = (world: W, from: number, step: number, next: typeof level): void => {
    if (wrong !== undefined) return;
    const [few, many] = space.keyOf(world);
    let those = known.get(few);
    if (those === undefined) known.set(few, (those = new Set()));
    if (those.has(many)) return;
    those.add(many);
    const nth = cameFrom.length;
    cameFrom.push(from);
    byStep.push(step);
    const says = space.judge(world);
    if (says !== undefined) wrong = { says, nth };
    next.push({ world, nth });
  };

  visit(space.first, -1, 0, level);
  while (level.length > 0 && wrong === undefined && cameFrom.length < statesMax) {
    const next: typeof level = [];
    for (const { world, nth } of level) {
      if (wrong !== undefined || cameFrom.length >= statesMax) break;
      let step = 0;
      space.steps(world, (_says, after) => {
        steps += 1;
        visit(after, nth, step, next);
        step += 1;
      });
    }
    level = next;
  }
  const isComplete = wrong === undefined && level.length === 0;
  return { states: cameFrom.length, steps, isComplete, found: wrong && { wrong: wrong.says, history: historyOf(space, wrong.nth, cameFrom, byStep) } };
};

/** Walks the way again, from the first world on, to tell its steps. */
const historyOf = <W>(space: Space<W>, end: number, cameFrom: readonly number[], byStep: readonly number[]): readonly string[] => {
  const way: number[] = [];
  for (let nth = end; cameFrom[nth]! >= 0; nth = cameFrom[nth]!) way.unshift(byStep[nth]!);
  const told: string[] = [];
  let world = space.first;
  for (const wanted of way) {
    let step = 0;
    let taken: W | undefined;
    space.steps(world, (says, after) => {
      if (step === wanted) {
        taken = after;
        told.push(says());
      }
      step += 1;
    });
    world = taken!;
  }
  return told;
};
