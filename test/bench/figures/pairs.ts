/** Acquire and release, with durable commits, against the same two requests to bare Fastify. */
import type { Bench } from '../bench.ts';
import type { Measured } from '../line.ts';
import { busyRemark, pairedRates, type RateLoad } from '../paired-rates.ts';
import { pairRatios } from '../statistics.ts';

const LOAD: RateLoad = { kind: 'pairs', connections: 64 };

export const measurePairs = async (bench: Bench): Promise<Measured> => {
  const sides = await pairedRates(bench, LOAD, LOAD);
  const { holdfast, bare } = sides;
  return {
    lines: [
      { figure: 'acquire+release pairs', unit: 'x bare', aim: { is: 'at-least', value: 0.5 }, runs: pairRatios(holdfast.perSecond, bare.perSecond) },
      { figure: '  Holdfast', unit: 'pairs/s', runs: holdfast.perSecond },
      { figure: '  bare', unit: 'pairs/s', runs: bare.perSecond },
    ],
    remarks: [busyRemark('pairs', sides)],
  };
};
