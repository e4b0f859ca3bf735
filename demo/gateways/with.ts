/**
 * A gateway that uses Holdfast, a process of its own. What is different from the gateway without:
 * 1. a session's messages are answered under one lease, which is held through every retry of the model's call;
 * 2. the transcript is written through a fence, so that a late write under an older fencing token is refused there;
 * 3. a message leaves the inbox only after its reply was delivered, so that a gateway that dies or loses the lease has
 *    its messages answered by the other one: whichever gateway gets the lease works on what is pending.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type FileFence, openFileFence } from '../../client/src/fences/file.ts';
import { type Lease, LeaseClient, LeaseHeldError, LeaseLostError, StaleFencingTokenError } from '../../client/src/index.ts';
import { pathsIn, type TranscriptEntry, transcriptPath, type TurnOutcome } from '../records.ts';
import { complete, deliver } from '../world/calls.ts';
import { parseLines } from '../world/durable-lines.ts';
import { type InboxMessage, openInbox } from '../world/inbox.ts';
import { endWithParent, settingsFromParent, tellParent } from '../world/parent.ts';
import { openPausePoint } from './pause-point.ts';
import { openRecorder } from './recorder.ts';
import { type GatewaySettings, INBOX_EVERY_MS } from './settings.ts';
import { hasMessage, replyIn } from './transcript.ts';

export interface WithSettings extends GatewaySettings {
  readonly serviceUrl: string;
  readonly ttlMs: number;
}

const settings = settingsFromParent<WithSettings>();
const { name, folder, providerUrl, channelUrl, serviceUrl, ttlMs, retries } = settings;
const inbox = openInbox(pathsIn(folder).inbox);
const record = openRecorder(settings);
const pausePoint = openPausePoint();
const client = new LeaseClient({ baseUrl: serviceUrl, holder: `${name}/pid ${process.pid}`, ttlMs });

const fences = new Map<string, Promise<FileFence>>();

/** The fence of a session's transcript: opened once, used by all its turns in this process. */
const fenceOf = (session: string): Promise<FileFence> => {
  const fence = fences.get(session) ?? openFileFence(transcriptPath(folder, session));
  fences.set(session, fence);
  return fence;
};

const write = async (fence: FileFence, lease: Lease, entry: Omit<TranscriptEntry, 'fencingToken'>): Promise<void> => {
  const { fencingToken } = lease;
  await fence.append(fencingToken, `${JSON.stringify({ ...entry, fencingToken } satisfies TranscriptEntry)}\n`);
};

const runTurn = async ({ messageId, session }: InboxMessage, lease: Lease, fence: FileFence): Promise<void> => {
  record({ event: 'turn-started', session, messageId, fencingToken: lease.fencingToken });
  const entries = parseLines<TranscriptEntry>(Buffer.from((await fence.read()).bytes).toString('utf8'));
  if (!hasMessage(entries, messageId)) await write(fence, lease, { role: 'user', messageId, text: '…' });
  let text = replyIn(entries, messageId); // written by a gateway that died before it could deliver it
  if (text === undefined) {
    text = await lease.retry(({ signal }) => complete(providerUrl, messageId, signal), {
      attempts: retries.attempts,
      baseMs: retries.pauseMs,
      maxMs: retries.pauseMsMax,
    });
    lease.assertHeld();
    await pausePoint(session);
    await write(fence, lease, { role: 'assistant', messageId, text });
  }
  await deliver(channelUrl, { messageId, session, kind: 'reply', text });
  inbox.acknowledge(messageId);
};

const outcomeOf = (error: unknown): TurnOutcome => {
  if (error instanceof StaleFencingTokenError) return 'stale-write-refused';
  return error instanceof LeaseLostError ? 'lease-lost' : 'failed';
};

const answer = async (message: InboxMessage, lease: Lease, fence: FileFence): Promise<void> => {
  const { messageId, session } = message;
  try {
    await runTurn(message, lease, fence);
    record({ event: 'turn-ended', session, messageId, outcome: 'answered' });
  } catch (error) {
    record({ event: 'turn-ended', session, messageId, outcome: outcomeOf(error), reason: String(error) });
    throw error; // the message is still in the inbox
  }
};

/** Answers what is pending in a session, oldest first, until nothing is. */
const answerAll = async (session: string, lease: Lease): Promise<void> => {
  const endedBecause = lease.previous?.endedBecause;
  record({ event: 'granted', session, fencingToken: lease.fencingToken, ...(endedBecause && { previousEndedBecause: endedBecause }) });
  const fence = await fenceOf(session);
  await fence.raise(lease.fencingToken); // from here on no earlier holder can change what is read
  const next = (): InboxMessage | undefined => inbox.pending().find((message) => message.session === session);
  for (let message = next(); message; message = next()) {
    lease.assertHeld();
    await answer(message, lease, fence);
  }
};

const serve = async (session: string): Promise<void> => {
  try {
    await client.withLease(session, (lease) => answerAll(session, lease));
  } catch (error) {
    // A lost lease and a stale write are recorded with their turn; whoever holds the lease now answers the message.
    const expected = [LeaseHeldError, LeaseLostError, StaleFencingTokenError].some((each) => error instanceof each);
    if (!expected) process.stderr.write(`${name}: ${session}: ${String(error)}\n`);
  }
};

/** A gateway sees to its own messages at once, and to the other one's when they have been there for a TTL: it may be gone. */
const isMine = ({ gateway, arrivedAtMs }: InboxMessage): boolean => gateway === name || Date.now() - arrivedAtMs > ttlMs;

endWithParent();
await tellParent({ ready: true });
const serving = new Set<string>();
for (;;) {
  for (const { session } of inbox.pending().filter(isMine)) {
    if (serving.has(session)) continue;
    serving.add(session);
    void serve(session).finally(() => serving.delete(session));
  }
  await delay(INBOX_EVERY_MS);
}
