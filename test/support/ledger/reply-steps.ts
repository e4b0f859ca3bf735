/** What a client does next with the replies of a session: parks one, attempts it, says what came of it, replays it, discards it. */
import { attempt, discard, park, replay, type AttemptBody, type ReplyAnswer } from '../reply-api.ts';
import type { LeaseApi } from '../lease-api.ts';
import type { SessionRecord } from './record.ts';
import { isUndelivered, payloadOf, type ReplyFacts } from './replies.ts';
import type { Step } from './steps.ts';

interface Known {
  readonly replyId: string;
  readonly facts: ReplyFacts;
}

const stepOn = ({ leaseId, acknowledged }: SessionRecord, name: string, status: number, replyId: string, after: ReplyFacts, send: (api: LeaseApi) => Promise<ReplyAnswer>): Step => ({
  name,
  status,
  leaseId,
  send,
  factsAfter: () => ({ ...acknowledged, replies: { ...acknowledged.replies, [replyId]: after } }),
});

/** Under the live token, or the stale one of a lease that is over. */
const parkOne = (record: SessionRecord, fencingToken: number, draft: number): Step => {
  const replyId = `reply-${draft}`;
  const reason = `draft ${draft}`;
  const facts: ReplyFacts = { state: 'parked', fencingToken, committed: false, attempts: 0, maybeDelivered: false, reason, lastError: undefined };
  return stepOn(record, 'park', 201, replyId, facts, (api) => park(api, record.session, replyId, { fencingToken, payload: payloadOf(replyId), reason }));
};

const attemptIt = (record: SessionRecord, { replyId }: Known, body: AttemptBody, after: ReplyFacts): Step =>
  stepOn(record, body.permanent ? 'dead' : body.outcome, 200, replyId, after, (api) => attempt(api, record.session, replyId, record.leaseId, body));

const take = (record: SessionRecord, known: Known): Step => {
  const number = known.facts.attempts + 1;
  return attemptIt(record, known, { attempt: number, outcome: 'sending', committed: true }, { ...known.facts, state: 'sending', committed: true, attempts: number });
};

const settle = (record: SessionRecord, known: Known, chance: number, draft: number): Step => {
  const { facts } = known;
  const number = facts.attempts;
  const error = `error ${draft}`;
  if (chance < 0.4) return attemptIt(record, known, { attempt: number, outcome: 'delivered' }, { ...facts, state: 'delivered' });
  if (chance < 0.6) return attemptIt(record, known, { attempt: number, outcome: 'failed', error }, { ...facts, state: 'parked', lastError: error });
  if (chance < 0.8) {
    return attemptIt(record, known, { attempt: number, outcome: 'failed', error, permanent: true }, { ...facts, state: 'dead', lastError: error, reason: error });
  }
  return attemptIt(record, known, { attempt: number, outcome: 'unknown', error }, { ...facts, state: 'unknown', maybeDelivered: true, lastError: error });
};

const replayIt = (record: SessionRecord, { replyId, facts }: Known, draft: number): Step => {
  const reason = `replay ${draft}`;
  return stepOn(record, 'replay', 200, replyId, { ...facts, state: 'parked', reason }, (api) => replay(api, record.session, replyId, reason));
};

const discardIt = (record: SessionRecord, { replyId, facts }: Known, draft: number): Step => {
  const reason = `discard ${draft}`;
  return stepOn(record, 'discard', 200, replyId, { ...facts, state: 'superseded', reason }, (api) => discard(api, record.session, replyId, reason));
};

/** At most one reply of a session is undelivered at a time, so that it is the one to attempt. Undefined while no token is known to park under. */
export const nextReplyStep = (record: SessionRecord, chance: number, draft: number): Step | undefined => {
  const { held, fencingToken, previousToken, replies } = record.acknowledged;
  const known = Object.entries(replies).map(([replyId, facts]): Known => ({ replyId, facts }));
  const open = known.find(({ facts }) => isUndelivered(facts));
  if (open?.facts.state === 'sending') return settle(record, open, chance, draft);
  if (open && held && chance < 0.8) return take(record, open);
  if (open) return open.facts.state === 'unknown' && chance < 0.5 ? replayIt(record, open, draft) : discardIt(record, open, draft);
  const over = known.find(({ facts }) => facts.state === 'dead' || facts.state === 'superseded');
  if (over && chance < 0.3) return replayIt(record, over, draft);
  const token = held ? fencingToken : previousToken;
  return token === undefined ? undefined : parkOne(record, token, draft);
};
