/** What a lease costs in memory, with 100,000 of them alive, in a service that was started for it. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import { inspectorUrl, liveHeapBytes } from '../inspector.ts';
import type { Measured } from '../line.ts';
import { residentBytes } from '../process-usage.ts';
import { startHoldfast, type Server } from '../processes/servers.ts';

const LEASES = 100_000;
const CONNECTIONS = 64;
const AIM_BYTES = 800;

interface Footprint {
  readonly heap: number;
  readonly resident: number;
}

/** The heap first: collecting garbage gives pages back, and the resident size is then what is needed. */
const footprint = async (service: Server, url: string): Promise<Footprint> => {
  const heap = await liveHeapBytes(url);
  return { heap, resident: await residentBytes(service.pid) };
};

const perLease = async (bench: Bench): Promise<Footprint> => {
  const folder = await mkdtemp(join(bench.folder, 'memory-'));
  const service = await startHoldfast(folder, ['--inspect=127.0.0.1:0']);
  try {
    const url = inspectorUrl(service.errorOutput());
    // A service that has worked has its code compiled and its buffers allocated: neither is a lease's.
    await bench.generator.run({ kind: 'renewals', baseUrl: service.baseUrl, connections: CONNECTIONS, durationMs: 1_000, prefix: bench.newPrefix() });
    const before = await footprint(service, url);
    await bench.generator.run({ kind: 'fill', baseUrl: service.baseUrl, connections: CONNECTIONS, leases: LEASES, prefix: bench.newPrefix() });
    const after = await footprint(service, url);
    return { heap: (after.heap - before.heap) / LEASES, resident: (after.resident - before.resident) / LEASES };
  } finally {
    await service.stop();
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
