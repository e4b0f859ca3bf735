/** Builds the shim that shifts a child's wall clock, and moves it. Needs Linux and gcc. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('wall-clock-shim.c', import.meta.url));

export interface WallClockShim {
  /** What the child has to be started with. */
  readonly env: Readonly<Record<string, string>>;
  /** Sets the child's wall clock this far from the real one, at once. */
  shift(seconds: number): void;
}

/** @throws Error when the shim cannot be built; a test that needs it has then failed */
export const buildWallClockShim = (folder: string): WallClockShim => {
  const library = join(folder, 'wall-clock-shim.so');
  const built = spawnSync('gcc', ['-O1', '-Wall', '-Werror', '-shared', '-fPIC', '-o', library, SOURCE, '-ldl'], { encoding: 'utf8' });
  if (built.error) throw new Error(`The wall clock shim needs gcc, which could not be run: ${built.error.message}`);
  if (built.status !== 0) throw new Error(`gcc could not build the wall clock shim:\n${built.stderr}`);
  const offsetFile = join(folder, 'wall-clock-offset');
  // Overwritten in place: a new file would leave the child with the old one mapped.
  const shift = (seconds: number): void => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(seconds));
    writeFileSync(offsetFile, bytes, { flag: 'r+' });
  };
  writeFileSync(offsetFile, Buffer.alloc(8));
  return { env: { LD_PRELOAD: library, WALL_CLOCK_OFFSET_FILE: offsetFile }, shift };
};
