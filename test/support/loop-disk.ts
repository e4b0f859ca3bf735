/** A disk of its own in a file: a loop-mounted ext4, whose power can be cut. Needs root on Linux, e2fsprogs and xfsprogs. */
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { succeeding } from './running.ts';
import { until } from './until.ts';

const FILLER = 'filler';
const FILLER_BYTES = 4_096;

export class LoopDisk {
  /** Where the disk is mounted. */
  readonly folder: string;
  readonly #image: string;
  readonly #parent: string;
  #mounted = false;

  private constructor(parent: string) {
    this.#parent = parent;
    this.#image = join(parent, 'disk.img');
    this.folder = join(parent, 'disk');
  }

  /** Makes the disk and mounts it; it goes with the test. */
  static async create(t: { teardown(end: () => Promise<void>): void }, megabytes: number): Promise<LoopDisk> {
    const disk = new LoopDisk(mkdtempSync(join(tmpdir(), 'holdfast-disk-')));
    t.teardown(() => disk.#dispose());
    writeFileSync(disk.#image, '');
    truncateSync(disk.#image, megabytes * 2 ** 20);
    mkdirSync(disk.folder);
    await succeeding('mkfs.ext4', ['-q', '-F', disk.#image]);
    await disk.#mount();
    return disk;
  }

  /** The power is gone: what was not synchronised is lost, and every access fails until the disk is mounted anew. */
  async cutPower(): Promise<void> {
    // Without -f the journal is not flushed either.
    await succeeding('xfs_io', ['-x', '-c', 'shutdown', this.folder]);
  }

  /** The power is back: the journal is replayed, as at a boot. */
  async remount(options: 'rw' | 'ro' = 'rw'): Promise<void> {
    await this.#unmount();
    await this.#mount(options);
  }

  /** Leaves no room on the disk. */
  fill(): void {
    const filler = openSync(join(this.folder, FILLER), 'w');
    const block = Buffer.alloc(FILLER_BYTES);
    try {
      for (;;) writeSync(filler, block);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(filler);
    }
  }

  /** Makes room again. */
  unfill(): void {
    rmSync(join(this.folder, FILLER));
  }

  async #mount(options = 'rw'): Promise<void> {
    await succeeding('mount', ['-o', `loop,${options}`, this.#image, this.folder]);
    this.#mounted = true;
  }

  async #unmount(): Promise<void> {
    // A process that has just been killed may hold the disk for a moment longer.
    await until('the disk is unmounted', () => succeeding('umount', [this.folder]).then(() => true, () => false), { withinMs: 10_000, everyMs: 50 });
    this.#mounted = false;
  }

  async #dispose(): Promise<void> {
    if (this.#mounted) await this.#unmount();
    rmSync(this.#parent, { recursive: true, force: true });
  }
}
