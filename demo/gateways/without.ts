/**
 * A gateway as it was before Holdfast, a process of its own. It does what the affected gateway did, and does it with care:
 * one turn at a time in each session, a lock on the session's transcript, a durable inbox that a restarted gateway goes on
 * with, replies delivered before the lock is released. It is even kinder than the original, which lets go of the lock for
 * every call of the model; this one does so only while it retries. It sends a reply again while the channel is away, as often as
 * it calls the model again. What it shares with the original is the fault:
 * 1. when the provider resets the connection, the lock is let go until a retry succeeds, so as not to block the session;
 * 2. on its return, a transcript with another fingerprint means that somebody took over: the reply is dropped;
 * 3. the user gets a generic apology, also when the channel would not take the reply; nobody keeps the reply for later.
 */
import { existsSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { pathsIn, type TranscriptEntry, transcriptPath } from '../records.ts';
import { complete, deliver, isConnectionReset, mayDeliverLater } from '../world/calls.ts';
import type { Delivery } from '../world/channel.ts';
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

/** Calls again, up to the attempts that are allowed in all, while `isWorthIt` says so of the failures. */
const retry = async <Result>(made: number, call: (attempt: number) => Promise<Result>, isWorthIt: (error: unknown) => boolean): Promise<Result> => {
  for (let attempt = made + 1, pauseMs = retries.pauseMs; ; attempt += 1) {
    if (attempt > 1) {
      await delay(pauseMs);
      pauseMs = Math.min(pauseMs * 2, retries.pauseMsMax);
    }
    try {
      return await call(attempt);
    } catch (error) {
      if (!isWorthIt(error) || attempt >= retries.attempts) throw error;
    }
  }
};

const send = ({ messageId, session }: InboxMessage, kind: Delivery['kind'], text: string): Promise<void> => {
  const replyId = kind === 'reply' ? messageId : `${messageId}-apology`;
  const delivery = { replyId, messageId, session, kind, text, from: name, maybeDelivered: false };
  return retry(0, (attempt) => deliver(channelUrl, { ...delivery, attempt }), mayDeliverLater);
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
  const text = await retry(1, () => complete(providerUrl, messageId), isConnectionReset);
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
    await send(message, 'reply', text);
  } finally {
    held.lock.release();
  }
};

const apologise = async (message: InboxMessage): Promise<void> => {
  try {
    await send(message, 'apology', 'Something went wrong. Please try again.');
  } catch (error) {
    process.stderr.write(`${name}: ${message.messageId}: not even an apology: ${String(error)}\n`); // the channel is still away
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
    await apologise(message);
  }
  record({ event: 'dealt-with', session, messageId });
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
