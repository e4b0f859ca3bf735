/** Shows the adapter at work: two messages of one session at the same time, without an outer run and with it. Needs a running service. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { LeaseClient } from '../../src/index.ts';
import { answerMessage } from './affected-gateway.ts';
import { mapError } from './map-error.ts';
import { sessionWriteLease } from './session-write-lease.ts';

const client = new LeaseClient({ baseUrl: process.env['HOLDFAST_URL'] ?? 'http://127.0.0.1:7420', holder: `example/pid ${process.pid}` });
const sessions = sessionWriteLease({ client, keyOf: (sessionFile) => `example:${basename(sessionFile, '.jsonl')}`, mapError });
const folder = await mkdtemp(join(tmpdir(), 'session-write-lease-'));

/** A provider whose connection breaks three times on the first message, and never on the second. */
const provider = () => {
  let resets = 3;
  return async (prompt: string): Promise<string> => {
    await pause(prompt === 'first' ? 200 : 50);
    if (prompt === 'first' && resets-- > 0) throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    return `answer to ${prompt}`;
  };
};

const play = async (title: string, sessionFile: string, handle: (message: () => Promise<void>) => Promise<void>): Promise<void> => {
  const delivered: string[] = [];
  const parts = { acquireSessionWriteLock: sessions.acquireSessionWriteLock, complete: provider(), deliver: async (reply: string) => void delivered.push(reply) };
  const first = handle(() => answerMessage(parts, sessionFile, 'first'));
  await pause(100); // the second message comes while the first one's model call is under way
  const outcomes = await Promise.allSettled([first, handle(() => answerMessage(parts, sessionFile, 'second'))]);
  const dropped = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []));
  process.stdout.write(`${title}\n  delivered: ${delivered.join(', ')}\n  dropped:   ${dropped.join(', ') || 'nothing'}\n`);
  process.stdout.write(`  the session's file:\n${(await readFile(sessionFile, 'utf8')).replace(/^(?=.)/gm, '    ')}`);
};

try {
  const bare = join(folder, `${process.pid}-bare.jsonl`);
  await play('Behind the seam alone', bare, (message) => message());
  const wrapped = join(folder, `${process.pid}-wrapped.jsonl`);
  await play('With one run around each message', wrapped, (message) => sessions.run({ sessionFile: wrapped, timeoutMs: 60_000 }, message));
} finally {
  await client.close();
  await rm(folder, { recursive: true, force: true });
}
