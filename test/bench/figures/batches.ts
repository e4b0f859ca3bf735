/** Renewals in batches, lease by lease, against one bare request a lease: what a batch saves. */
import type { Aim } from '../aims.ts';
import type { Bench } from '../bench.ts';
import type { Measured } from '../line.ts';
import { busyRemark, pairedRates, type RateLoad } from '../paired-rates.ts';
import { pairRatios } from '../statistics.ts';

/** As many leases as one request may carry. */
export const HEARTBEATS_EACH = 1_000;

/** A few gateways, each with a full request of leases. */
const BATCHES: RateLoad = { kind: 'batches', connections: 4, leases: HEARTBEATS_EACH };
const SINGLES: RateLoad = { kind: 'renewals', connections: 64 };

export const measureBatches = async (bench: Bench, aim?: Aim): Promise<Measured> => {
  const sides = await pairedRates(bench, BATCHES, SINGLES);
  const { holdfast, bare } = sides;
  return {
    lines: [
      { figure: 'batched renewals per lease', unit: 'x bare', ...(aim && { aim }), runs: pairRatios(holdfast.perSecond, bare.perSecond) },
      { figure: '  Holdfast', unit: 'leases/s', runs: holdfast.perSecond },
      { figure: '  bare', unit: 'requests/s', runs: bare.perSecond },
    ],
    remarks: [busyRemark('batches', sides)],
  };
};
