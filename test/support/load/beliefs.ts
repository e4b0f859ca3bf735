/** Judges what holders believed (S4): by their own looks, never two of one session at once. */

/** From the first to the last look that saw one lease held. */
export interface Belief {
  readonly session: string;
  readonly fencingToken: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** @param lines one look a line: `[session, fencingToken, atMs]`; the last one may be unfinished, where its writer was killed */
export const readBeliefs = (lines: string): Belief[] => {
  const beliefs = new Map<string, Belief>();
  for (const line of lines.split('\n').filter((text) => text.endsWith(']'))) {
    const [session, fencingToken, atMs] = JSON.parse(line) as [string, number, number];
    const known = beliefs.get(`${fencingToken} ${session}`) ?? { session, fencingToken, fromMs: atMs, untilMs: atMs };
    beliefs.set(`${fencingToken} ${session}`, { ...known, fromMs: Math.min(known.fromMs, atMs), untilMs: Math.max(known.untilMs, atMs) });
  }
  return [...beliefs.values()];
};

/** Those of one session that overlap, or whose tokens do not rise with time; a sentence each. */
export const conflicts = (beliefs: readonly Belief[]): string[] =>
  Object.values(Object.groupBy(beliefs, ({ session }) => session)).flatMap((ofSession = []) => {
    const byTime = ofSession.toSorted((a, b) => a.fromMs - b.fromMs);
    return byTime.slice(1).flatMap((next, index) => {
      const before = byTime[index]!;
      if (before.untilMs < next.fromMs && before.fencingToken < next.fencingToken) return [];
      return [`${next.session}: ${before.fencingToken} was held until ${before.untilMs}, ${next.fencingToken} from ${next.fromMs}`];
    });
  });
