/** Single renewals, against the same request to bare Fastify. */
import type { Aim } from '../aims.ts';
import type { Bench } from '../bench.ts';
import type { Measured } from '../line.ts';
import { busyRemark, pairedRates, type RateLoad } from '../paired-rates.ts';
import { pairRatios } from '../statistics.ts';

const LOAD: RateLoad = { kind: 'renewals', connections: 64 };

export const measureRenewals = async (bench: Bench, aim?: Aim): Promise<Measured> => {
  const sides = await pairedRates(bench, LOAD, LOAD);
  const { holdfast, bare } = sides;
  return {
    lines: [
      { figure: 'single renewals', unit: 'x bare', ...(aim && { aim }), runs: pairRatios(holdfast.perSecond, bare.perSecond) },
      { figure: '  Holdfast', unit: 'renewals/s', runs: holdfast.perSecond },
      { figure: '  bare', unit: 'requests/s', runs: bare.perSecond },
    ],
    remarks: [busyRemark('renewals', sides)],
  };
};
