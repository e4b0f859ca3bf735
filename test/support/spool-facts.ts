/** Replies as a turn would hand them to the spool, and real folders for them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SpoolEntry } from '../../client/src/spool/record.ts';

interface TestContext {
  teardown(end: () => Promise<void>): void;
}

export const spoolEntry = (more: Partial<SpoolEntry> = {}): SpoolEntry => ({
  session: 's',
  replyId: 'r-1',
  fencingToken: 7,
  holder: 'gateway-1',
  payload: { text: 'the answer' },
  contentType: 'application/json',
  committed: false,
  ...more,
});

/** A folder that goes with the test; the spool's own folder in it is yet to be made. */
export const spoolFolder = async (t: TestContext): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-spool-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'deep', 'spool');
};
