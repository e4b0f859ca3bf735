/** What can happen in a random history, as plain values, so that a failing one can be read and replayed. */
import fc from 'fast-check';

export type Step =
  | { readonly do: 'acquire'; readonly session: number; readonly slot: number; readonly terms: AcquireTerms; readonly fate: Fate; readonly thief: boolean }
  | { readonly do: 'renew'; readonly session: number; readonly slot: number; readonly ttlMs: number | undefined; readonly fate: Fate }
  | { readonly do: 'release'; readonly session: number; readonly slot: number; readonly fate: Fate }
  /** A waiting client closes its connection; `noticed` says whether the service hears of it. */
  | { readonly do: 'leave'; readonly nth: number; readonly noticed: boolean }
  /** The close of a connection that has been answered, or taken over, arrives late. */
  | { readonly do: 'close-old'; readonly nth: number }
  | { readonly do: 'yield'; readonly session: number; readonly graceMs: number | undefined }
  | { readonly do: 'revoke' | 'inspect' | 'forget'; readonly session: number }
  | { readonly do: 'fence'; readonly session: number; readonly nth: number; readonly offset: number }
  /** Time passes: a span, or up to the nth thing that is due, and a little. In a stall nobody looks meanwhile. */
  | { readonly do: 'pass'; readonly ms: number; readonly toDue: number | undefined; readonly stalled: boolean }
  | { readonly do: 'step-wall'; readonly byMs: number }
  | { readonly do: 'restart'; readonly downMs: number };

export interface AcquireTerms {
  readonly ttlMs: number;
  readonly waitMs: number;
  readonly maxHoldMs: number;
  /** Asks with the class that is not its slot's own. */
  readonly otherClass: boolean;
  readonly maxWaiters: number | undefined;
  readonly yieldRequest: { readonly graceMs: number | undefined } | undefined;
}

/** Whether the answer arrives; if it does not, whether the service sees the connection close. */
export type Fate = 'told' | 'lost' | 'lost-and-closed';

/** Few sessions and few ids, so that they meet. */
export const SESSIONS = 2;
export const SLOTS = 5;
/** These slots' requests are background ones. */
export const BACKGROUND_SLOTS: readonly number[] = [3, 4];

const session = fc.nat({ max: SESSIONS - 1 });
const slot = fc.nat({ max: SLOTS - 1 });
const oneOf = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const fate = fc.oneof({ weight: 8, arbitrary: fc.constant<Fate>('told') }, { weight: 1, arbitrary: fc.constant<Fate>('lost') }, { weight: 1, arbitrary: fc.constant<Fate>('lost-and-closed') });
const rarely = fc.nat({ max: 19 }).map((value) => value === 0);
const graceMs = oneOf(undefined, 0, 1_000, 15_000);

const terms: fc.Arbitrary<AcquireTerms> = fc.record({
  ttlMs: oneOf(1_000, 3_000, 10_000, 30_000, 3_600_000),
  waitMs: oneOf(0, 0, 500, 2_000, 25_000, 60_000),
  maxHoldMs: oneOf(4 * 3_600_000, 4 * 3_600_000, 1_000, 20_000),
  otherClass: rarely,
  maxWaiters: oneOf(undefined, undefined, undefined, 1, 2),
  yieldRequest: fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.record({ graceMs }) }),
});

const passing = fc.oneof(
  { weight: 3, arbitrary: fc.record({ ms: oneOf(0, 1, 250, 999, 1_000, 4_999, 5_000, 5_001, 12_000, 31_000, 65_000), toDue: fc.constant(undefined) }) },
  { weight: 4, arbitrary: fc.record({ ms: oneOf(-1, 0, 1), toDue: fc.nat({ max: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ ms: oneOf(15 * 60_000, 7 * 24 * 3_600_000), toDue: fc.constant(undefined) }) },
);

/** Tags what `fc.record` gives as a step. */
const step = <Kind extends Step['do'], T extends object>(kind: Kind, parts: { [Member in keyof T]: fc.Arbitrary<T[Member]> }): fc.Arbitrary<{ do: Kind } & T> =>
  fc.record(parts as { [Member in keyof T]: fc.Arbitrary<T[Member]> }).map((made) => ({ do: kind, ...(made as T) }));

export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 14, arbitrary: step('acquire', { session, slot, terms, fate, thief: rarely }) },
  { weight: 7, arbitrary: step('renew', { session, slot, ttlMs: oneOf(undefined, undefined, 1_000, 60_000), fate }) },
  { weight: 6, arbitrary: step('release', { session, slot, fate }) },
  { weight: 3, arbitrary: step('leave', { nth: fc.nat({ max: 3 }), noticed: fc.boolean() }) },
  { weight: 2, arbitrary: step('close-old', { nth: fc.nat({ max: 9 }) }) },
  { weight: 2, arbitrary: step('yield', { session, graceMs }) },
  { weight: 1, arbitrary: step('revoke', { session }) },
  { weight: 1, arbitrary: step('inspect', { session }) },
  { weight: 1, arbitrary: step('forget', { session }) },
  { weight: 2, arbitrary: step('fence', { session, nth: fc.nat({ max: 9 }), offset: oneOf(0, 0, 0, 1, -1) }) },
  { weight: 11, arbitrary: fc.tuple(passing, fc.nat({ max: 9 })).map(([time, chance]) => ({ do: 'pass' as const, ...time, stalled: chance === 0 })) },
  { weight: 1, arbitrary: step('step-wall', { byMs: oneOf(-30 * 86_400_000, -86_400_000, -3_600_000, -1, 1, 3_600_000, 86_400_000) }) },
  { weight: 1, arbitrary: step('restart', { downMs: oneOf(0, 100, 10_000, 3_600_000) }) },
);

/** Long enough for a story, short enough to be read when it fails. */
export const anyHistory = (lengthMax: number): fc.Arbitrary<Step[]> => fc.array(anyStep, { minLength: 5, maxLength: lengthMax, size: 'max' });
