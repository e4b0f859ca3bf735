/** The figures of each store by name: how each is measured, over what, and what is aimed at. */
import type { FigureName, FigureNameOf, StoreName } from '../aims.ts';
import type { Bench } from '../bench.ts';
import { INSPECTED } from '../footprint.ts';
import type { Measured } from '../line.ts';
import type { DeploymentOptions } from '../processes/deployment.ts';
import { measureBatches } from './batches.ts';
import { measureContended, measurePairsBesideRedlock } from './beside-redlock.ts';
import { measureHandOff } from './hand-off.ts';
import { measureLateness } from './lateness.ts';
import { measureMemory } from './memory.ts';
import { measureMillion } from './million.ts';
import { measurePairs } from './pairs.ts';
import { measureRedisMemory } from './redis-memory.ts';
import { measureRenewals } from './renewals.ts';

export interface Figure {
  /** What it is measured on. */
  readonly over: DeploymentOptions;
  measure(bench: Bench): Promise<Measured>;
}

const FIGURES: { readonly [S in StoreName]: Readonly<Record<FigureNameOf<S>, Figure>> } = {
  embedded: {
    pairs: { over: {}, measure: (bench) => measurePairs(bench, 'durable', { is: 'at-least', value: 0.5 }) },
    renewals: { over: {}, measure: (bench) => measureRenewals(bench, { is: 'at-least', value: 0.65 }) },
    batches: { over: {}, measure: (bench) => measureBatches(bench, { is: 'at-least', value: 5 }) },
    'hand-off': { over: {}, measure: (bench) => measureHandOff(bench, { is: 'at-most', value: 2 }) },
    lateness: { over: {}, measure: (bench) => measureLateness(bench, { is: 'below', value: 5 }) },
    memory: { over: {}, measure: measureMemory },
  },
  redis: {
    pairs: { over: {}, measure: (bench) => measurePairs(bench, 'appendfsync always', { is: 'at-least', value: 0.3 }) },
    'pairs-unpersisted': { over: { persisted: false }, measure: (bench) => measurePairs(bench, 'nothing persisted', { is: 'at-least', value: 0.5 }) },
    renewals: { over: {}, measure: (bench) => measureRenewals(bench) },
    batches: { over: {}, measure: (bench) => measureBatches(bench) },
    'hand-off': { over: { instances: 2 }, measure: (bench) => measureHandOff(bench, { is: 'at-most', value: 3 }) },
    lateness: { over: {}, measure: (bench) => measureLateness(bench) },
    memory: { over: {}, measure: measureRedisMemory },
    million: { over: { nodeOptions: INSPECTED }, measure: measureMillion },
  },
  quorum: {
    pairs: { over: {}, measure: (bench) => measurePairsBesideRedlock(bench, { is: 'at-least', value: 0.5 }) },
    contended: { over: {}, measure: (bench) => measureContended(bench, { is: 'at-least', value: 1 }) },
    renewals: { over: {}, measure: (bench) => measureRenewals(bench) },
    batches: { over: {}, measure: (bench) => measureBatches(bench) },
    lateness: { over: {}, measure: (bench) => measureLateness(bench) },
  },
};

/** @throws RangeError when the store has no such figure */
export const figureOf = (store: StoreName, name: FigureName): Figure => {
  const figures: Readonly<Partial<Record<FigureName, Figure>>> = FIGURES[store];
  const figure = figures[name];
  if (!figure) throw new RangeError(`${store} has no figure ${name}`);
  return figure;
};
