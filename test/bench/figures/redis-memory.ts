/** What a lease costs in Redis, with 100,000 of them held and renewed, in a Redis that was started for it. */
import type { Bench } from '../bench.ts';
import { drawLeaseIdBase } from '../generator/lease-requests.ts';
import type { Measured } from '../line.ts';
import { takeLeases } from '../taking.ts';
import { HEARTBEATS_EACH } from './batches.ts';

const LEASES = 100_000;
const CONNECTIONS = 16;
const GATEWAYS = 4;
/** The longest a service allows unless told otherwise: leases that are kept do not end while they are counted. */
const TTL_MS = 3_600_000;
const AIM_BYTES = 400;

interface Cost {
  readonly taken: number;
  readonly renewed: number;
}

/** The log that Redis appends to is no memory, but what waits to be written to it is: it is empty when Redis is asked. */
const perLease = async (bench: Bench): Promise<Cost> => {
  const { instances, redis, stop } = await bench.deploy({});
  try {
    if (!redis) throw new Error('there is no Redis to measure');
    const { baseUrl } = instances[0]!;
    // The scripts are loaded and the connections' buffers allocated by work: neither is a lease's.
    await bench.generator.run({ kind: 'renewals', baseUrl, connections: CONNECTIONS, durationMs: 1_000, prefix: bench.newPrefix() });
    const before = await redis.usedBytes();
    const leases = { baseUrl, prefix: bench.newPrefix(), leaseIdBase: drawLeaseIdBase() };
    await takeLeases(bench, { leases, count: LEASES, connections: CONNECTIONS, ttlMs: TTL_MS });
    const taken = await redis.usedBytes();
    const { lost } = await bench.generator.run({ ...leases, kind: 'keep', connections: GATEWAYS, first: 0, leases: LEASES, batch: HEARTBEATS_EACH, everyMs: 0 });
    if (lost > 0) throw new Error(`${lost} leases were lost while they were counted`);
    const renewed = await redis.usedBytes();
    return { taken: (taken - before) / LEASES, renewed: (renewed - before) / LEASES };
  } finally {
    await stop();
  }
};

export const measureRedisMemory = async (bench: Bench): Promise<Measured> => {
  const runs: Cost[] = [];
  for (let run = 1; run <= bench.runs; run += 1) {
    runs.push(await perLease(bench));
    bench.progress(`memory: run ${run} of ${bench.runs}`);
  }
  return {
    lines: [
      { figure: 'memory a lease in Redis, after a renewal', unit: 'bytes', aim: { is: 'at-most', value: AIM_BYTES }, runs: runs.map(({ renewed }) => renewed) },
      { figure: '  before it', unit: 'bytes', runs: runs.map(({ taken }) => taken) },
    ],
    remarks: [`memory: ${LEASES.toLocaleString('en')} leases on as many sessions; the difference in used_memory to the same Redis before, for each of them.`],
  };
};
