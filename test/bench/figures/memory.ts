/** What a lease costs in the service's memory, with 100,000 of them alive, in a service that was started for it. */
import type { Bench } from '../bench.ts';
import { drawLeaseIdBase } from '../generator/lease-requests.ts';
import { footprint, INSPECTED, type Footprint } from '../footprint.ts';
import type { Measured } from '../line.ts';
import { takeLeases } from '../taking.ts';

const LEASES = 100_000;
const CONNECTIONS = 64;
/** The longest a service allows unless told otherwise: leases that are kept do not end while they are counted. */
const TTL_MS = 3_600_000;
const AIM_BYTES = 800;

const perLease = async (bench: Bench): Promise<Footprint> => {
  const deployment = await bench.deploy({ nodeOptions: INSPECTED });
  try {
    const service = deployment.instances[0]!;
    const { baseUrl } = service;
    // A service that has worked has its code compiled and its buffers allocated: neither is a lease's.
    await bench.generator.run({ kind: 'renewals', baseUrl, connections: CONNECTIONS, durationMs: 1_000, prefix: bench.newPrefix() });
    const before = await footprint(service);
    const leases = { baseUrl, prefix: bench.newPrefix(), leaseIdBase: drawLeaseIdBase() };
    await takeLeases(bench, { leases, count: LEASES, connections: CONNECTIONS, ttlMs: TTL_MS });
    const after = await footprint(service);
    return { heap: (after.heap - before.heap) / LEASES, resident: (after.resident - before.resident) / LEASES };
  } finally {
    await deployment.stop();
  }
};

export const measureMemory = async (bench: Bench): Promise<Measured> => {
  const runs: Footprint[] = [];
  for (let run = 1; run <= bench.runs; run += 1) {
    runs.push(await perLease(bench));
    bench.progress(`memory: run ${run} of ${bench.runs}`);
  }
  const aim = { is: 'at-most', value: AIM_BYTES } as const;
  return {
    lines: [
      { figure: 'memory a lease, resident', unit: 'bytes', aim, runs: runs.map(({ resident }) => resident) },
      { figure: 'memory a lease, live heap', unit: 'bytes', aim, runs: runs.map(({ heap }) => heap) },
    ],
    remarks: [`memory: ${LEASES.toLocaleString('en')} leases on as many sessions; the difference to the same service before, after a garbage collection each.`],
  };
};
