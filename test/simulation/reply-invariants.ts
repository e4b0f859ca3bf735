/** What must hold of a session's replies after every single command, seen from inside. Numbers and edges are written down a second time on purpose. */
import type { SessionEvent } from '../../service/src/session/commands.ts';
import type { Reply, Session } from '../../service/src/session/types.ts';
import { must } from './invariant.ts';
import type { Transition } from './invariants.ts';
import { checkChange } from './reply-change-invariants.ts';

const UNDELIVERED: readonly string[] = ['parked', 'sending', 'unknown'];
const BYTES_MAX = 16 * 1024 * 1024;
const SETTLED_MS = 7 * 24 * 3_600_000;

export const isOpen = ({ state }: Reply): boolean => UNDELIVERED.includes(state);
const isSettled = ({ state }: Reply): boolean => state === 'delivered' || state === 'superseded';
const bytesOf = (replies: readonly Reply[]): number => replies.reduce((bytes, { payloadBytes }) => bytes + payloadBytes, 0);

export const checkReplies = (transition: Transition): void => {
  const { before, after } = transition;
  const { session } = after;
  const hasReplies = before.repliesParked + session.repliesParked > 0;
  if (!hasReplies) return;
  checkPlaces(session);
  checkLimits(session);
  checkSending(session);
  checkAges(transition);
  checkCounts(transition);
  checkNext(transition);
  checkNumbers(transition);
  checkGone(transition);
  const was = new Map(repliesOf(before).map((reply) => [reply.number, reply]));
  for (const reply of repliesOf(session)) checkChange(transition, was.get(reply.number), reply, told(after.events, reply));
};

export const repliesOf = ({ replies, settledReplies }: Session): Reply[] => [...replies, ...settledReplies];

const told = (events: readonly SessionEvent[], { replyId }: Reply): SessionEvent[] => events.filter((event) => 'replyId' in event && event.replyId === replyId);

export const comesBefore = (a: Reply, b: Reply): boolean => {
  if (a.fencingToken !== b.fencingToken) return a.fencingToken < b.fencingToken;
  const [first, second] = [a.sequence ?? Infinity, b.sequence ?? Infinity];
  return first === second ? a.number < b.number : first < second;
};

const checkPlaces = ({ replies, settledReplies }: Session): void => {
  must(replies.every((reply) => !isSettled(reply)), 'open replies are not settled');
  must(settledReplies.every(isSettled), 'settled replies are settled');
  must(replies.every((reply, index) => index === 0 || comesBefore(replies[index - 1]!, reply)), 'open replies stand in delivery order');
  const all = [...replies, ...settledReplies];
  must(new Set(all.map(({ replyId }) => replyId)).size === all.length, 'a reply id names one reply');
  must(all.every((reply) => (reply.settledAtMs === undefined) === isOpen(reply)), 'what is over has a time when it was settled, and nothing else');
  must(all.every((reply) => reply.state !== 'dead' || reply.reason !== undefined), 'a dead reply has a reason');
  must(all.every(({ attempts, taker }) => attempts > 0 === (taker !== undefined)), 'an attempt has a taker');
};

const checkLimits = ({ replies, settledReplies }: Session): void => {
  must(replies.length <= 1_000 && bytesOf(replies) <= BYTES_MAX, 'open replies are within the limits');
  const saying = settledReplies.filter(({ payloadDropped }) => !payloadDropped);
  must(settledReplies.length <= 1_000 && bytesOf(saying) <= BYTES_MAX, 'settled replies are within the limits');
  must(saying.every(({ state }) => state === 'superseded'), 'what is delivered says nothing any more');
  must(replies.every(({ payloadDropped }) => !payloadDropped), 'what is not settled still says what it said');
};

const checkSending = ({ lease, replies }: Session): void => {
  const sending = replies.filter(({ state }) => state === 'sending');
  must(sending.length <= 1, 'one reply of a session is sent at a time');
  for (const { taker } of sending) {
    must(taker?.leaseIdHash === lease?.leaseIdHash, 'a reply is sent under the live lease of its taker');
    must(taker?.outcome === undefined, 'an attempt under way has no outcome');
  }
};

const checkAges = ({ command, after, nowMs, agesAreExact }: Transition): void => {
  for (const reply of after.session.replies) {
    if (reply.state !== 'parked' && reply.state !== 'unknown') continue;
    // What was settled at this moment, after its time, dies when somebody looks next; so does what a lease's end in this very command left behind.
    const isNew = 'replyId' in command ? command.replyId === reply.replyId : true;
    must(isNew || reply.expiresAtMs > nowMs, 'what is too old is dead');
  }
  if (!agesAreExact) return;
  const { settledReplies } = after.session;
  must(settledReplies.every(({ settledAtMs }) => settledAtMs! <= nowMs && settledAtMs! + SETTLED_MS > nowMs), 'settled replies are younger than seven days');
};

const checkCounts = ({ after }: Transition): void => {
  const { outcome, session, wakes } = after;
  const waiting = session.replies.filter(isOpen).length;
  if (outcome.kind === 'granted' || outcome.kind === 'renewed' || outcome.kind === 'session') must(outcome.parkedReplies === waiting, 'an answer tells how many replies wait');
  for (const wake of wakes) if (wake.outcome.kind === 'granted') must(wake.outcome.parkedReplies >= 0, 'a wake tells how many replies wait');
};

/** Who is told that its reply is not next is told which one is: that the session's delivery cannot get stuck. */
const checkNext = ({ command, after }: Transition): void => {
  const { outcome, session } = after;
  if (outcome.kind !== 'reply-not-next' || command.kind !== 'attempt') return;
  const [next, asked] = [outcome.replyId, command.replyId].map((id) => session.replies.find(({ replyId }) => replyId === id));
  must(next !== undefined && isOpen(next) && next !== asked, 'the reply that is next can be attempted');
  must(next?.state === 'sending' || (asked !== undefined && next !== undefined && comesBefore(next, asked)), 'the reply that is next comes first, or is being sent');
};

const checkNumbers = ({ before, after }: Transition): void => {
  const parked = after.events.filter(({ type }) => type === 'parked').length;
  must(after.session.repliesParked === before.repliesParked + parked, 'each parking is counted and told, once');
  must(repliesOf(after.session).every(({ number }) => number <= after.session.repliesParked), 'numbers count the parkings');
};

/** Nothing goes but settled replies, by age or because others were settled since. */
const checkGone = ({ before, after, nowMs, agesAreExact }: Transition): void => {
  const kept = new Set(repliesOf(after.session).map(({ number }) => number));
  const settled = after.session.settledReplies;
  for (const reply of repliesOf(before)) {
    if (kept.has(reply.number)) continue;
    must(isSettled(reply), 'an open reply never goes');
    const isOld = !agesAreExact || reply.settledAtMs! + SETTLED_MS <= nowMs;
    must(isOld || settled.length >= 1_000, 'a settled reply is kept for seven days, within the limit');
  }
};
