/** Worlds with something changed: nothing here decides anything. */
import type { Interned } from './interned.ts';
import { MAJORITY, type Answer, type Claimer, type Column, type Node, type Operator, type Things, type World } from './model.ts';

/** What a claimer has of its nodes that belongs to the round and to the attempt under way. */
export type Forgets = { readonly said?: true; readonly votes?: true; readonly counted?: true };

export const withColumn = (things: Things, world: World, nth: number, change: Partial<Column>): World => {
  const columns = world.columns.slice();
  columns[nth] = things.columns.of({ ...columns[nth]!.it, ...change });
  return { ...world, columns };
};

export const eachColumn = (things: Things, world: World, change: (column: Column, nth: number) => Partial<Column> | undefined): World => {
  const columns = world.columns.map((column, nth) => {
    const changed = change(column.it, nth);
    return changed === undefined ? column : things.columns.of({ ...column.it, ...changed });
  });
  return { ...world, columns };
};

export const withClaimer = (things: Things, world: World, nth: number, change: Partial<Claimer>): World => {
  const claimers = world.claimers.slice();
  claimers[nth] = things.claimers.of({ ...claimers[nth]!.it, ...change });
  return { ...world, claimers };
};

export const withOperator = (things: Things, world: World, change: Partial<Operator>): World => ({ ...world, operator: things.operators.of({ ...world.operator.it, ...change }) });

export const withNode = (things: Things, world: World, nth: number, change: Partial<Node>): World =>
  withColumn(things, world, nth, { node: things.nodes.of({ ...world.columns[nth]!.it.node.it, ...change }) });

const without = (said: Column['said'], nth: number): Column['said'] => (said[nth] === undefined ? said : said.with(nth, undefined));

export const forgetting = (things: Things, world: World, nth: number, what: Forgets): World =>
  eachColumn(things, world, (column) => {
    const said = what.said ? without(column.said, nth) : column.said;
    const voted = what.votes ? column.voted & ~(1 << nth) : column.voted;
    const counted = what.counted ? column.counted & ~(1 << nth) : column.counted;
    return said === column.said && voted === column.voted && counted === column.counted ? undefined : { said, voted, counted };
  });

export const saidTo = ({ columns }: World, nth: number): readonly (Answer | undefined)[] => columns.map(({ it }) => it.said[nth]?.it);

export const isSeen = (bits: number, nth: number): boolean => (bits & (1 << nth)) !== 0;

/** By its own reckoning, at the latest moment that this allows. */
export const believes = (world: World, nth: number): boolean => {
  const { phase } = world.claimers[nth]!.it;
  return (phase === 'holding' || phase === 'renewing') && world.columns.filter(({ it }) => isSeen(it.counted, nth)).length >= MAJORITY;
};

/** Whether the lease of a value is live on a node that is asked for it. */
export const isLiveOn = ({ kept: { register, vote }, isMember }: Node, value: string, nowMs: number): boolean =>
  isMember && register.value === value && vote?.value === value && nowMs < vote.untilMs && nowMs < register.untilMs;

export const newestEpoch = ({ columns }: World): number => Math.max(...columns.map(({ it }) => it.node.it.epoch));

export const sending = (claimer: Claimer, ...requests: readonly Interned<unknown>[]): readonly number[] =>
  [...new Set([...claimer.sent, ...requests.map(({ id }) => id)])].toSorted((a, b) => a - b);
