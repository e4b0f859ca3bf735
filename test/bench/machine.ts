/** The machine that the figures belong to. */
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { median } from './statistics.ts';

const SYNCS = 200;
/** One page of a database and its frame in the log, about what a small commit appends. */
const BYTES_A_SYNC = 4_096 + 24;
const TMPFS_MAGIC = 0x0102_1994;

/** Median time of making an append durable in `folder`: what no commit there can beat. */
export const syncMs = (folder: string): number => {
  const path = join(folder, 'sync-probe');
  const file = openSync(path, 'w');
  try {
    const page = Buffer.alloc(BYTES_A_SYNC, 1);
    const times = Array.from({ length: SYNCS }, () => {
      writeSync(file, page);
      const startMs = performance.now();
      fdatasyncSync(file);
      return performance.now() - startMs;
    });
    return median(times);
  } finally {
    closeSync(file);
    rmSync(path);
  }
};

export const describeMachine = async (folder: string): Promise<string[]> => {
  const { type } = await statfs(folder);
  const inMemory = type === TMPFS_MAGIC ? ' THIS FOLDER IS IN MEMORY: durable commits cost nothing here; set TMPDIR to one on a disk.' : '';
  return [
    `machine: ${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node.js ${process.version}, load average ${loadavg()[0]!.toFixed(2)} before the start`,
    `disk: fdatasync of a ${BYTES_A_SYNC} byte append takes ${syncMs(folder).toFixed(3)} ms (median of ${SYNCS}) in ${folder}.${inMemory}`,
  ];
};
