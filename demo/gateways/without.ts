/**
 * A gateway as it was before Holdfast, a process of its own. It does what the affected gateway did, and does it with care:
 * one turn at a time in each session, a lock on the session's transcript, a durable inbox that a restarted gateway goes on
 * with, replies delivered before the lock is released. It is even kinder than the original, which lets go of the lock for
 * every call of the model; this one does so only while it retries. What it shares with the original is the fault:
 * 1. when the provider resets the connection, the lock is let go until a retry succeeds, so as not to block the session;
 * 2. on its return, a transcript with another fingerprint means that somebody took over: the reply is dropped;
 * 3. the user gets a generic apology.
 */
import { existsSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { pathsIn, type TranscriptEntry, transcriptPath } from '../records.ts';
import { complete, deliver, isConnectionReset } from '../world/calls.ts';
import { appendDurably, readLines } from '../world/durable-lines.ts';
import { type InboxMessage, openInbox } from '../world/inbox.ts';
import { endWithParent, settingsFromParent, tellParent } from '../world/parent.ts';
import { type FileLock, takeFileLock } from './file-lock.ts';
import { openPausePoint } from './pause-point.ts';
import { openRecorder } from './recorder.ts';
import { type GatewaySettings, INBOX_EVERY_MS } from './settings.ts';
import { hasMessage, replyIn } from './transcript.ts';

class SessionTakeoverError extends Error {
  override readonly name = 'SessionTakeoverError';
}

const settings = settingsFromParent<GatewaySettings>();
const { name, folder, providerUrl, channelUrl, retries } = settings;
const inbox = openInbox(pathsIn(folder).inbox);
const record = openRecorder(settings);
const pausePoint = openPausePoint();

const fingerprintOf = (path: string): string => {
  if (!existsSync(path)) return 'none';
  const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
  return [dev, ino, size, mtimeNs, ctimeNs].join('/');
};

/** All attempts after the first. */
const retry = async (messageId: string): Promise<string> => {
  for (let attempt = 2, pauseMs = retries.pauseMs; ; attempt += 1, pauseMs = Math.min(pauseMs * 2, retries.pauseMsMax)) {
    await delay(pauseMs);
    try {
      return await complete(providerUrl, messageId);
    } catch (error) {
      if (!isConnectionReset(error) || attempt >= retries.attempts) throw error;
    }
  }
};

/** One turn under the lock; `lock` is the one that the caller has to release in the end. */
const generate = async ({ messageId }: InboxMessage, path: string, held: { lock: FileLock }): Promise<string> => {
  try {
    return await complete(providerUrl, messageId);
  } catch (error) {
    if (!isConnectionReset(error)) throw error;
  }
  const fingerprint = fingerprintOf(path);
  held.lock.release();
  const text = await retry(messageId);
  held.lock = await takeFileLock(path);
  if (fingerprintOf(path) !== fingerprint) throw new SessionTakeoverError(`${path} changed while its lock was released`);
  return text;
};

const runTurn = async (message: InboxMessage): Promise<void> => {
  const { messageId, session } = message;
  const path = transcriptPath(folder, session);
  const held = { lock: await takeFileLock(path) };
  try {
    record({ event: 'turn-started', session, messageId });
    const entries = readLines<TranscriptEntry>(path);
    if (!hasMessage(entries, messageId)) appendDurably(path, { role: 'user', messageId, text: '…' } satisfies TranscriptEntry);
    let text = replyIn(entries, messageId);
    if (text === undefined) {
      text = await generate(message, path, held);
      await pausePoint(session);
      appendDurably(path, { role: 'assistant', messageId, text } satisfies TranscriptEntry);
    }
    await deliver(channelUrl, { messageId, session, kind: 'reply', text });
  } finally {
    held.lock.release();
  }
};

const answer = async (message: InboxMessage): Promise<void> => {
  const { messageId, session } = message;
  try {
    await runTurn(message);
    record({ event: 'turn-ended', session, messageId, outcome: 'answered' });
  } catch (error) {
    const outcome = error instanceof SessionTakeoverError ? 'takeover-error' : 'failed';
    record({ event: 'turn-ended', session, messageId, outcome, reason: String(error) });
    await deliver(channelUrl, { messageId, session, kind: 'apology', text: 'Something went wrong. Please try again.' });
  }
  inbox.acknowledge(messageId);
};

endWithParent();
await tellParent({ ready: true });
const taken = new Set<string>();
const lanes = new Map<string, Promise<void>>();
for (;;) {
  for (const message of inbox.pending()) {
    if (message.gateway !== name || taken.has(message.messageId)) continue;
    taken.add(message.messageId);
    lanes.set(message.session, (lanes.get(message.session) ?? Promise.resolve()).then(() => answer(message)));
  }
  await delay(INBOX_EVERY_MS);
}
