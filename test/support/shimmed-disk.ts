/** The disk fault shim, built for one test and gone with it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDiskFaultShim, type DiskFaultShim } from './disk-fault-shim.ts';

export const shimmedDisk = (t: { teardown(end: () => void): void }): DiskFaultShim => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-shim-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return buildDiskFaultShim(folder);
};
