/** A path for a database that is not there yet, in a folder that goes with the test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const freshFile = (t: { teardown(end: () => void): void }): string => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-embedded-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'holdfast.db');
};
