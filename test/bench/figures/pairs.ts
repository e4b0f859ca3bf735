/** Acquire and release against the same two requests to bare Fastify. */
import type { Aim } from '../aims.ts';
import type { Bench } from '../bench.ts';
import type { Measured } from '../line.ts';
import { busyRemark, pairedRates, type RateLoad } from '../paired-rates.ts';
import { pairRatios } from '../statistics.ts';

const LOAD: RateLoad = { kind: 'pairs', connections: 64 };

/** @param durability what an answer is worth when the machine loses its power */
export const measurePairs = async (bench: Bench, durability: string, aim: Aim): Promise<Measured> => {
  const sides = await pairedRates(bench, LOAD, LOAD);
  const { holdfast, bare } = sides;
  return {
    lines: [
      { figure: `acquire+release pairs, ${durability}`, unit: 'x bare', aim, runs: pairRatios(holdfast.perSecond, bare.perSecond) },
      { figure: '  Holdfast', unit: 'pairs/s', runs: holdfast.perSecond },
      { figure: '  bare', unit: 'pairs/s', runs: bare.perSecond },
    ],
    remarks: [busyRemark(`pairs, ${durability}`, sides)],
  };
};
