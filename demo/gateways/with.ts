/**
 * A gateway that uses Holdfast, a process of its own. What is different from the gateway without:
 * 1. a session's messages are answered in turns under one lease, which is held through every retry of the model's call;
 * 2. a finished reply is parked before anything else is done with it: from then on this turn, the next one or the courier brings it to its end;
 * 3. the transcript is written through a fence, so that a late write under an older fencing token is refused there;
 * 4. a message leaves the inbox only when the service has its reply, so that a gateway that dies or loses the lease has its messages
 *    answered by the other one: whichever gateway gets the lease works on what is pending, and finds the reply that is there.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type GenerateContext, type Lease, LeaseClient, LeaseHeldError, LeaseLostError, StaleFencingTokenError, type TurnResult } from '../../client/src/index.ts';
import { pathsIn, type TurnOutcome } from '../records.ts';
import { complete } from '../world/calls.ts';
import { type InboxMessage, openInbox } from '../world/inbox.ts';
import { endWithParent, settingsFromParent, tellParent } from '../world/parent.ts';
import { openPausePoint } from './pause-point.ts';
import { openRecorder } from './recorder.ts';
import { openFences, readUnder, replyHandlers, write } from './reply-handlers.ts';
import { type GatewaySettings, INBOX_EVERY_MS } from './settings.ts';
import { hasMessage } from './transcript.ts';

export interface WithSettings extends GatewaySettings {
  readonly serviceUrl: string;
  readonly ttlMs: number;
}

const settings = settingsFromParent<WithSettings>();
const { name, folder, providerUrl, channelUrl, serviceUrl, ttlMs, retries } = settings;
const { inbox: inboxFolder, spool: spoolFolder } = pathsIn(folder);
const inbox = openInbox(inboxFolder);
const record = openRecorder(settings);
const fenceOf = openFences(folder);
const handlers = replyHandlers({ name, channelUrl, record, fenceOf, beforeWrite: openPausePoint() });
const client = new LeaseClient({ baseUrl: serviceUrl, holder: `${name}/pid ${process.pid}`, ttlMs, spoolFolder });

const generate = async ({ messageId, session }: InboxMessage, { lease, retry }: GenerateContext<string>): Promise<string> => {
  const { fencingToken } = lease;
  const fence = await fenceOf(session);
  const isKnown = hasMessage(await readUnder(fence, fencingToken), messageId);
  if (!isKnown) await write(fence, { role: 'user', messageId, text: '…', fencingToken });
  return retry(({ signal }) => complete(providerUrl, messageId, signal), { attempts: retries.attempts, baseMs: retries.pauseMs, maxMs: retries.pauseMsMax });
};

const outcomeOf = ({ outcome, spooled }: TurnResult): TurnOutcome => {
  if (spooled) return 'spooled';
  if (outcome === 'delivered') return 'answered';
  return outcome === 'dead' ? 'dead' : 'kept';
};

const failureOf = (error: unknown): TurnOutcome => (error instanceof LeaseLostError || error instanceof StaleFencingTokenError ? 'lease-lost' : 'failed');

const runTurn = async (message: InboxMessage, lease: Lease): Promise<TurnResult> => {
  const { messageId, session, sequence } = message;
  record({ event: 'turn-started', session, messageId, fencingToken: lease.fencingToken });
  try {
    const turn = await client.turn(lease, { generate: (context) => generate(message, context), ...handlers }, { replyId: messageId, sequence });
    record({ event: 'turn-ended', session, messageId, outcome: outcomeOf(turn), ...(turn.error !== undefined && { reason: String(turn.error) }) });
    return turn;
  } catch (error) {
    record({ event: 'turn-ended', session, messageId, outcome: failureOf(error), reason: String(error) });
    throw error; // the message is still in the inbox
  }
};

const answer = async (message: InboxMessage, lease: Lease): Promise<void> => {
  const { messageId, session } = message;
  const { spooled } = await runTurn(message, lease);
  // Of a reply that is only spooled the other gateway knows nothing: while its message is pending, no later one overtakes it.
  if (spooled) return;
  record({ event: 'dealt-with', session, messageId });
  inbox.acknowledge(messageId);
};

/** Answers what is pending in a session, oldest first, until nothing is. */
const answerAll = async (session: string, lease: Lease): Promise<void> => {
  const endedBecause = lease.previous?.endedBecause;
  record({ event: 'granted', session, fencingToken: lease.fencingToken, ...(endedBecause && { previousEndedBecause: endedBecause }) });
  await (await fenceOf(session)).raise(lease.fencingToken); // from here on no earlier holder can write
  const next = (): InboxMessage | undefined => inbox.pending().find((message) => message.session === session);
  for (let message = next(); message; message = next()) {
    lease.assertHeld();
    await answer(message, lease);
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
