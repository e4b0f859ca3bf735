/** Which points are to be cut off in which scenario, from what the scenarios came by when nobody was killed. Pure. */
import type { Role } from './point-names.ts';
import type { Cut, Played } from './stand.ts';

export interface Case {
  readonly role: Role;
  readonly scenario: string;
  readonly cut: Cut;
}

export interface CaseChoice {
  /** How often a scenario is cut off at one point at most: at its first visit, its second and so on. */
  readonly visitsMax: number;
  /** Each await on one of its sides, or on both; in the first scenario that comes by. */
  readonly sides: 'one' | 'both';
}

/** After one await is before the next: half of the awaits are cut off before, the others after. */
const isChosenSide = (point: string): boolean => {
  const [name = '', side] = point.split(': ');
  return side === (name.length % 2 === 0 ? 'before' : 'after');
};

export const casesOf = (played: ReadonlyMap<string, Played>, { visitsMax, sides }: CaseChoice): readonly Case[] => {
  const seen = new Set<string>();
  return [...played].flatMap(([name, { scenario: { role }, visits = {} }]) =>
    Object.entries(visits).flatMap(([point, count]) => {
      const key = `${role} ${point}`;
      if (seen.has(key) || (sides === 'one' && !isChosenSide(point))) return [];
      seen.add(key);
      return Array.from({ length: Math.min(count, visitsMax) }, (_, index) => ({ role, scenario: name, cut: { point, visit: index + 1 } }));
    }),
  );
};

/** The names that nobody came by. */
export const unvisited = (names: readonly string[], played: Iterable<Played>, role: Role): readonly string[] => {
  const visited = new Set([...played].filter(({ scenario }) => scenario.role === role).flatMap(({ visits = {} }) => Object.keys(visits)));
  return [...new Set(names)].filter((name) => !visited.has(`${name}: before`) || !visited.has(`${name}: after`));
};
