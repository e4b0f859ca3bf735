/**
 * How long a session stood still: a message waited there to be dealt with, and nobody was working on any. A reply that is kept waits for
 * its channel, and not for a gateway; nor does a message whose gateway has given up. Pure.
 */
import type { FaultRecord, GatewayEvent, HalfRecords } from './records.ts';
import { longestMs, type Span, subtract } from './spans.ts';

const faultAfter = (faults: readonly FaultRecord[], fault: FaultRecord['fault'], pid: number, fromMs: number): number | undefined =>
  faults.find((each) => each.fault === fault && each.pid === pid && each.atMs >= fromMs)?.atMs;

type Started = Extract<GatewayEvent, { event: 'turn-started' }>;

/** When a turn was being worked on: until it ended, or its gateway was killed; a paused gateway works on nothing. */
const workingOn = (turn: Started, { events, faults, endedAtMs }: HalfRecords): Span[] => {
  const ended = events.find(
    (each) => each.event === 'turn-ended' && each.pid === turn.pid && each.messageId === turn.messageId && each.atMs >= turn.atMs,
  );
  const killedAtMs = faultAfter(faults, 'killed', turn.pid, turn.atMs);
  const pauses = faults
    .filter(({ fault, pid }) => fault === 'paused' && pid === turn.pid)
    .map(({ atMs }) => ({ fromMs: atMs, toMs: faultAfter(faults, 'resumed', turn.pid, atMs) ?? endedAtMs }));
  return subtract([{ fromMs: turn.atMs, toMs: Math.min(ended?.atMs ?? endedAtMs, killedAtMs ?? endedAtMs) }], pauses);
};

/** When the messages of a session waited: until the user got a reply or an apology, or a gateway was done with them in another way. */
const waitingIn = (session: string, { inbox, channel, events, endedAtMs }: HalfRecords): Span[] =>
  inbox
    .filter((message) => message.session === session)
    .map(({ messageId, arrivedAtMs }) => {
      const takenAtMs = channel.find((each) => each.messageId === messageId && each.became === 'taken')?.atMs;
      const dealtWithAtMs = events.find((each) => each.event === 'dealt-with' && each.messageId === messageId)?.atMs;
      return { fromMs: arrivedAtMs, toMs: Math.min(takenAtMs ?? endedAtMs, dealtWithAtMs ?? endedAtMs) };
    });

/** The longest time, in milliseconds, that any session stood still. */
export const longestBlockedMs = (records: HalfRecords): number => {
  const turns = records.events.filter((each) => each.event === 'turn-started');
  const sessions = [...new Set(records.inbox.map(({ session }) => session))];
  const blocked = sessions.map((session) => {
    const working = turns.filter((turn) => turn.session === session).flatMap((turn) => workingOn(turn, records));
    return longestMs(subtract(waitingIn(session, records), working));
  });
  return Math.max(0, ...blocked);
};
