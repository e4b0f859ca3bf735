/** What one node is asked, by chance: small numbers, few proposers, and votes with a value of their own each, as redlock draws them. */
import fc from 'fast-check';

export type NodeStep =
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'vote' | 'withdraw' | 'read'; readonly session: number; readonly nth: number }
  | { readonly do: 'prepare'; readonly session: number; readonly number: number; readonly by: string }
  | ({ readonly do: 'accept'; readonly effect: 'claim' | 'extend' | 'shorten' | 'keep'; readonly forMs: number } & Written)
  | { readonly do: 'renew'; readonly session: number; readonly isPresent: boolean; readonly number: number; readonly step: number; readonly by: string; readonly forMs: number }
  | ({ readonly do: 'repair'; readonly forMs: number; readonly inMs: number } & Written)
  | { readonly do: 'forget'; readonly session: number; readonly isPresent: boolean; readonly number: number; readonly step: number };

interface Written {
  readonly session: number;
  readonly number: number;
  readonly step: number;
  readonly by: string;
  readonly token: number;
  /** The value of none, of the lease that is there, or of the nth last vote. */
  readonly value: 'none' | 'present' | number;
}

const session = fc.integer({ min: 0, max: 1 });
const number = fc.integer({ min: 1, max: 9 });
const step = fc.integer({ min: 0, max: 1 });
const by = fc.constantFrom('i1:1', 'i2:1');
const forMs = fc.integer({ min: 0, max: 4 });
const written = {
  session,
  number,
  step,
  by,
  token: fc.integer({ min: 0, max: 9 }),
  value: fc.oneof({ weight: 1, arbitrary: fc.constant('none' as const) }, { weight: 2, arbitrary: fc.constant('present' as const) }, { weight: 4, arbitrary: fc.integer({ min: 0, max: 1 }) }),
};

export const anyNodeStep: fc.Arbitrary<NodeStep> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('vote' as const, 'vote' as const, 'withdraw' as const, 'read' as const), session, nth: fc.integer({ min: 0, max: 1 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('prepare' as const), session, number, by }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('accept' as const), effect: fc.constantFrom('claim' as const, 'claim' as const, 'extend' as const, 'shorten' as const, 'keep' as const), forMs, ...written }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('renew' as const), session, isPresent: fc.boolean(), number, step, by, forMs }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('repair' as const), forMs, inMs: fc.integer({ min: -1, max: 1 }), ...written }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const), session, isPresent: fc.boolean(), number, step }) },
);
