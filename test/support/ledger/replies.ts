/** What one client knows of the replies of a session, and whether the service still has them, and what they say. */
import type { LeaseApi } from '../lease-api.ts';
import { park, readReply, type ReplyBody, type ReplyState } from '../reply-api.ts';

/** Everything about a reply that has to outlive a crash, but for its payload, which follows from its id. */
export interface ReplyFacts {
  readonly state: ReplyState;
  /** Under which it was parked. */
  readonly fencingToken: number;
  readonly committed: boolean;
  readonly attempts: number;
  readonly maybeDelivered: boolean;
  readonly reason: string | undefined;
  readonly lastError: string | undefined;
}

/** By reply id, in the order of parking. */
export type Replies = Readonly<Record<string, ReplyFacts>>;

/** So many of the newest are read, and parked again. */
const READ_MAX = 2;
const LARGE_CHARS = 20_000;

/** Every tenth is so large that it takes several pages of the database. */
export const payloadOf = (replyId: string): { text: string } => {
  const number = Number(/\d+$/.exec(replyId)?.[0] ?? 0);
  return { text: `${replyId} ${'.'.repeat(number % 10 === 0 ? LARGE_CHARS : number % 97)}` };
};

export const replyFactsOf = (body: ReplyBody): ReplyFacts => {
  const { state = 'parked', fencingToken = 0, committed = false, attempts = 0, maybeDelivered = false, reason, lastError } = body;
  return { state, fencingToken, committed, attempts, maybeDelivered, reason, lastError };
};

export const repliesIn = (listed: readonly ReplyBody[]): Replies => Object.fromEntries(listed.map((body) => [body.replyId ?? '', replyFactsOf(body)]));

export const isUndelivered = ({ state }: ReplyFacts): boolean => state === 'parked' || state === 'sending' || state === 'unknown';

/** The lease is over: what was being sent may have arrived, or not. */
export const abandoned = (replies: Replies): Replies =>
  Object.fromEntries(
    Object.entries(replies).map(([id, facts]) => [id, facts.state === 'sending' ? { ...facts, state: 'unknown', maybeDelivered: true } : facts]),
  );

/** Reads the newest replies of a session and parks them once more. Returns a sentence for each that does not say what it said. */
export const misread = async (api: LeaseApi, session: string, replies: Replies): Promise<string[]> => {
  const wrong: string[] = [];
  for (const [replyId, { state, fencingToken }] of Object.entries(replies).slice(-READ_MAX)) {
    const payload = payloadOf(replyId);
    const expected = state === 'delivered' ? undefined : payload.text;
    const read = await readReply(api, session, replyId);
    const text = (read.body.payload as { text?: string } | undefined)?.text;
    if (read.status !== 200 || text !== expected) wrong.push(`${session}: ${replyId}, ${state}, reads ${read.status} ${String(text).slice(0, 60)}`);
    const again = await park(api, session, replyId, { fencingToken, payload });
    if (again.status !== 200 || again.body.state !== state) wrong.push(`${session}: ${replyId}, ${state}, was parked again: ${again.status} ${again.body.state}`);
  }
  return wrong;
};
