/** Builds the shim that makes a child's disk lie, fail or hang, and tells it what to do. Needs Linux and gcc. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('disk-fault-shim.c', import.meta.url));

/** What a request to synchronise comes to: the truth; success without a write; EIO; nothing, until it is told otherwise. */
const BEHAVIOURS = { honest: 0, lying: 1, failing: 2, hanging: 3 } as const;
export type DiskBehaviour = keyof typeof BEHAVIOURS;

export interface DiskFaultShim {
  /** What the child has to be started with. */
  readonly env: Readonly<Record<string, string>>;
  /** How the child's disk behaves from now on. */
  behave(behaviour: DiskBehaviour): void;
}

/** @throws Error when the shim cannot be built; a test that needs it has then failed */
export const buildDiskFaultShim = (folder: string): DiskFaultShim => {
  const library = join(folder, 'disk-fault-shim.so');
  const built = spawnSync('gcc', ['-O1', '-Wall', '-Werror', '-shared', '-fPIC', '-o', library, SOURCE, '-ldl'], { encoding: 'utf8' });
  if (built.error) throw new Error(`The disk fault shim needs gcc, which could not be run: ${built.error.message}`);
  if (built.status !== 0) throw new Error(`gcc could not build the disk fault shim:\n${built.stderr}`);
  const behaviourFile = join(folder, 'disk-behaviour');
  writeFileSync(behaviourFile, Buffer.from([BEHAVIOURS.honest]));
  // Overwritten in place: a new file would leave the child with the old one mapped.
  const behave = (behaviour: DiskBehaviour): void => writeFileSync(behaviourFile, Buffer.from([BEHAVIOURS[behaviour]]), { flag: 'r+' });
  return { env: { LD_PRELOAD: library, DISK_FAULT_FILE: behaviourFile }, behave };
};
