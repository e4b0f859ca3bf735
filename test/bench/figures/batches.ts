/** Renewals in batches, lease by lease, against one bare request a lease: what a batch saves. */
import type { Bench } from '../bench.ts';
import type { Measured } from '../line.ts';
import { busyRemark, pairedRates, type RateLoad } from '../paired-rates.ts';
import { pairRatios } from '../statistics.ts';

/** A few gateways, each with as many leases as one heartbeat may carry. */
const BATCHES: RateLoad = { kind: 'batches', connections: 4, leases: 1_000 };
const SINGLES: RateLoad = { kind: 'renewals', connections: 64 };

export const measureBatches = async (bench: Bench): Promise<Measured> => {
  const sides = await pairedRates(bench, BATCHES, SINGLES);
  const { holdfast, bare } = sides;
  return {
    lines: [
      { figure: 'batched renewals per lease', unit: 'x bare', aim: { is: 'at-least', value: 5 }, runs: pairRatios(holdfast.perSecond, bare.perSecond) },
      { figure: '  Holdfast', unit: 'leases/s', runs: holdfast.perSecond },
      { figure: '  bare', unit: 'requests/s', runs: bare.perSecond },
    ],
    remarks: [busyRemark('batches', sides)],
  };
};
