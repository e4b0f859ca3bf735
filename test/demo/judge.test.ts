/** The judge finds what is wrong in records that are wrong on purpose, and nothing in records that are right. */
import t from 'tap';
import { type Figures, judge } from '../../demo/judge.ts';
import type { GatewayEvent, HalfRecords, KeptReply, TurnOutcome } from '../../demo/records.ts';
import type { ChannelRecord } from '../../demo/world/channel.ts';
import type { InboxMessage } from '../../demo/world/inbox.ts';
import { channelRecord } from '../support/channel-record.ts';

const SESSION = 'chat-1';

const message = (sequence: number, arrivedAtMs: number): InboxMessage => ({ messageId: `m${sequence}`, session: SESSION, sequence, gateway: 'gateway-a', arrivedAtMs });
const taken = (messageId: string, atMs: number, more: Partial<ChannelRecord> = {}): ChannelRecord => channelRecord({ messageId, atMs, ...more });
const filtered = (messageId: string, atMs: number, more: Partial<ChannelRecord> = {}): ChannelRecord => taken(messageId, atMs, { became: 'filtered', attempt: 2, ...more });
const by = (gateway: string) => ({ gateway, pid: gateway === 'gateway-a' ? 1 : 2, session: SESSION });
const granted = (gateway: string, atMs: number, fencingToken: number, previousEndedBecause?: string): GatewayEvent => ({
  ...by(gateway), atMs, event: 'granted', fencingToken, ...(previousEndedBecause === undefined ? {} : { previousEndedBecause }),
});
const started = (gateway: string, atMs: number, messageId: string): GatewayEvent => ({ ...by(gateway), atMs, event: 'turn-started', messageId });
const ended = (gateway: string, atMs: number, messageId: string, outcome: TurnOutcome): GatewayEvent => ({ ...by(gateway), atMs, event: 'turn-ended', messageId, outcome });
const dealtWith = (gateway: string, atMs: number, messageId: string): GatewayEvent => ({ ...by(gateway), atMs, event: 'dealt-with', messageId });
const answered = (gateway: string, fromMs: number, toMs: number, messageId: string): GatewayEvent[] => [
  started(gateway, fromMs, messageId), ended(gateway, toMs, messageId, 'answered'), dealtWith(gateway, toMs, messageId),
];
const entry = (messageId: string, fencingToken: number) => ({ role: 'assistant' as const, messageId, text: '', fencingToken });
const kept = (replyId: string, state: KeptReply['state'], reason?: string): KeptReply => ({ session: SESSION, replyId, state, attempts: 1, ...(reason !== undefined && { reason }) });

/** Three messages, answered in order under two leases; the second one was released before. */
const RIGHT: HalfRecords = {
  inbox: [message(1, 100), message(2, 200), message(3, 900)],
  channel: [taken('m1', 500), taken('m2', 700), taken('m3', 990)],
  transcripts: new Map([[SESSION, [entry('m1', 10), entry('m2', 10), entry('m3', 20)]]]),
  events: [
    granted('gateway-a', 110, 10),
    ...answered('gateway-a', 120, 500, 'm1'),
    ...answered('gateway-a', 500, 700, 'm2'),
    granted('gateway-b', 905, 20, 'released'),
    ...answered('gateway-b', 910, 990, 'm3'),
  ],
  faults: [],
  replies: [kept('m1', 'delivered'), kept('m2', 'delivered'), kept('m3', 'delivered')],
  endedAtMs: 1_000,
};

const FINE: Figures = {
  messages: 3, turns: 3, delivered: 3, deliveredLater: 0, latestMs: 0, dead: 0, lost: 0, apologies: 0, duplicated: 0, sentAgain: 0, sentAgainUnmarked: 0, outOfOrder: 0,
  unsettled: 0, transcriptFaults: 0, takeovers: 0, staleWritesRefused: 0, longestBlockedMs: 20, tokenFaults: 0,
};
const WITHOUT_M2 = [taken('m1', 500), taken('m3', 990)];
const REFUSED_M2 = [taken('m1', 500), taken('m2', 650, { became: 'refused' }), taken('m3', 990)];

/** Says what the judge must find other than in the right records. */
const expect = (name: string, wrong: Partial<HalfRecords>, found: Partial<Figures>): void => {
  t.test(name, async (t) => t.strictSame(judge({ ...RIGHT, ...wrong }), { ...FINE, ...found }));
};

t.test('right records are fine', async (t) => t.strictSame(judge(RIGHT), FINE));

expect('a reply that is missing is lost', { channel: WITHOUT_M2 }, { delivered: 2, lost: 1 });
expect('a reply that the channel did not take is lost, whatever the service says', { channel: [...WITHOUT_M2, taken('m2', 995, { became: 'unavailable' })] }, { delivered: 2, lost: 1 });
expect('a dead reply with a reason is kept', { channel: REFUSED_M2, replies: [kept('m2', 'dead', 'answered 403')] }, { delivered: 2, dead: 1 });
expect('a dead reply without a reason is lost', { channel: REFUSED_M2, replies: [kept('m2', 'dead')] }, { delivered: 2, lost: 1 });
expect('a dead reply that was taken nevertheless is delivered', { replies: [kept('m2', 'dead', 'answered 403')] }, {});
for (const state of ['parked', 'sending', 'unknown'] as const) {
  expect(`a reply that is ${state} at the end is not settled`, { channel: WITHOUT_M2, replies: [kept('m2', state)] }, { delivered: 2, lost: 1, unsettled: 1 });
}
expect(
  'a reply that comes after its message was dealt with is delivered later',
  { channel: [taken('m1', 500), taken('m2', 600, { became: 'unavailable' }), taken('m2', 860), taken('m3', 990)] },
  { deliveredLater: 1, latestMs: 160 },
);
expect('an apology is no reply', { channel: [taken('m1', 500), taken('m2', 700, { kind: 'apology' }), taken('m3', 990)] }, { delivered: 2, lost: 1, apologies: 1 });
expect('an apology that never arrived is none', { channel: [...WITHOUT_M2, taken('m2', 995, { kind: 'apology', became: 'unavailable' })] }, { delivered: 2, lost: 1 });
expect(
  'an apology before the reply costs nothing',
  { channel: [taken('m1', 500), taken('m2', 600, { kind: 'apology' }), taken('m2', 700), taken('m3', 990)] },
  {},
);
expect('a reply that is taken twice, under two ids, is a duplicate', { channel: [...RIGHT.channel, taken('m1', 500, { replyId: 'another' })] }, { duplicated: 1 });
expect('a reply that is filtered was sent again', { channel: [...RIGHT.channel, filtered('m1', 995, { maybeDelivered: true })] }, { sentAgain: 1 });
expect('whoever sends again without knowing is found', { channel: [...RIGHT.channel, filtered('m1', 995)] }, { sentAgain: 1, sentAgainUnmarked: 1 });
expect(
  'a paused sender may come late with the earliest attempt, unmarked',
  { channel: [taken('m1', 500, { attempt: 2, maybeDelivered: true }), ...RIGHT.channel.slice(1), filtered('m1', 995, { attempt: 1 })] },
  { sentAgain: 1 },
);
expect('the same attempt twice is found', { channel: [...RIGHT.channel, filtered('m1', 995, { attempt: 1 })] }, { sentAgain: 1, sentAgainUnmarked: 1 });
expect(
  'an attempt after one that did not arrive needs no mark',
  { channel: [taken('m1', 450, { became: 'unavailable' }), taken('m1', 500, { attempt: 2 }), ...RIGHT.channel.slice(1)] },
  {},
);
expect('two replies that changed places are out of order', { channel: [taken('m2', 500), taken('m1', 500), taken('m3', 990)] }, { outOfOrder: 1 });
expect('a reply that comes after two later ones counts once', { channel: [taken('m2', 500), taken('m3', 990), taken('m1', 500)] }, { outOfOrder: 1 });
expect('a duplicate that comes late is not out of order', { channel: [...RIGHT.channel, taken('m2', 700, { replyId: 'another' })] }, { duplicated: 1 });
expect('a reply to a message that nobody sent does not stand in for one', { channel: [...WITHOUT_M2, taken('m9', 990)] }, { delivered: 2, lost: 1, duplicated: 0 });
expect('a delivered reply that its transcript does not have is found', { transcripts: new Map([[SESSION, [entry('m1', 10), entry('m2', 10)]]]) }, { transcriptFaults: 1 });
expect(
  'a delivered reply that its transcript has twice is found',
  { transcripts: new Map([[SESSION, [entry('m1', 10), entry('m2', 10), entry('m2', 10), entry('m3', 20)]]]) },
  { transcriptFaults: 1 },
);
expect(
  'a fencing token that falls in a transcript is a fault',
  { transcripts: new Map([[SESSION, [entry('m1', 10), entry('m2', 20), entry('m3', 10)]]]) },
  { tokenFaults: 1 },
);
expect('the same fencing token for two leases is a fault', { events: RIGHT.events.map((event) => (event.event === 'granted' ? { ...event, fencingToken: 10 } : event)) }, { tokenFaults: 1 });
expect(
  'a gateway that is granted a smaller token than before is a fault',
  { events: [...RIGHT.events, granted('gateway-b', 995, 15, 'released')] },
  { tokenFaults: 1 },
);
expect('without any grant there is nothing to say about tokens', { events: RIGHT.events.filter(({ event }) => event !== 'granted') }, { tokenFaults: undefined });
expect('a lease after one that expired is a takeover', { events: RIGHT.events.map((event) => (event.event === 'granted' && event.fencingToken === 20 ? { ...event, previousEndedBecause: 'expired' } : event)) }, { takeovers: 1 });
expect('a takeover error is a takeover', { events: [...RIGHT.events, started('gateway-b', 995, 'm3'), ended('gateway-b', 996, 'm3', 'takeover-error')] }, { takeovers: 1, turns: 4 });
expect('a stale write that was refused is counted', { events: [...RIGHT.events, { ...by('gateway-a'), atMs: 996, event: 'write-refused', messageId: 'm3', fencingToken: 10 }] }, { staleWritesRefused: 1 });
expect(
  'fencing tokens of different chats are not compared',
  { events: [...RIGHT.events, { ...granted('gateway-b', 995, 5), session: 'chat-2' }, { ...granted('gateway-b', 996, 20), session: 'chat-3' }] },
  {},
);
