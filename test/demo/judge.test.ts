/** The judge finds what is wrong in records that are wrong on purpose, and nothing in records that are right. */
import t from 'tap';
import { judge } from '../../demo/judge.ts';
import type { GatewayEvent, HalfRecords } from '../../demo/records.ts';
import type { Received } from '../../demo/world/channel.ts';
import type { InboxMessage } from '../../demo/world/inbox.ts';

const SESSION = 'chat-1';

const message = (sequence: number, arrivedAtMs: number): InboxMessage => ({ messageId: `m${sequence}`, session: SESSION, sequence, gateway: 'gateway-a', arrivedAtMs });
const received = (messageId: string, receivedAtMs: number, kind: Received['kind'] = 'reply'): Received => ({ messageId, session: SESSION, kind, text: '', receivedAtMs });
const by = (gateway: string) => ({ gateway, pid: gateway === 'gateway-a' ? 1 : 2, session: SESSION });
const granted = (gateway: string, atMs: number, fencingToken: number, previousEndedBecause?: string): GatewayEvent => ({
  ...by(gateway), atMs, event: 'granted', fencingToken, ...(previousEndedBecause === undefined ? {} : { previousEndedBecause }),
});
const started = (gateway: string, atMs: number, messageId: string): GatewayEvent => ({ ...by(gateway), atMs, event: 'turn-started', messageId });
const ended = (gateway: string, atMs: number, messageId: string, outcome: 'answered' | 'takeover-error' | 'stale-write-refused'): GatewayEvent => ({
  ...by(gateway), atMs, event: 'turn-ended', messageId, outcome,
});
const entry = (messageId: string, fencingToken: number) => ({ role: 'assistant' as const, messageId, text: '', fencingToken });

/** Three messages, answered in order under two leases; the second one was released before. */
const RIGHT: HalfRecords = {
  inbox: [message(1, 100), message(2, 200), message(3, 900)],
  received: [received('m1', 500), received('m2', 700), received('m3', 990)],
  transcripts: new Map([[SESSION, [entry('m1', 10), entry('m2', 10), entry('m3', 20)]]]),
  events: [
    granted('gateway-a', 110, 10),
    started('gateway-a', 120, 'm1'),
    ended('gateway-a', 500, 'm1', 'answered'),
    started('gateway-a', 500, 'm2'),
    ended('gateway-a', 700, 'm2', 'answered'),
    granted('gateway-b', 905, 20, 'released'),
    started('gateway-b', 910, 'm3'),
    ended('gateway-b', 990, 'm3', 'answered'),
  ],
  faults: [],
  endedAtMs: 1_000,
};

const FINE = {
  messages: 3, turns: 3, delivered: 3, lost: 0, apologies: 0, duplicated: 0, outOfOrder: 0, takeovers: 0, staleWritesRefused: 0, longestBlockedMs: 20, tokenFaults: 0,
};

/** Says what the judge must find other than in the right records. */
const expect = (name: string, wrong: Partial<HalfRecords>, found: Partial<typeof FINE>): void => {
  t.test(name, async (t) => t.strictSame(judge({ ...RIGHT, ...wrong }), { ...FINE, ...found }));
};

t.test('right records are fine', async (t) => t.strictSame(judge(RIGHT), FINE));

expect('a reply that is missing is lost', { received: [received('m1', 500), received('m3', 990)] }, { delivered: 2, lost: 1, longestBlockedMs: 210 });
expect(
  'an apology is no reply',
  { received: [received('m1', 500), received('m2', 700, 'apology'), received('m3', 990)] },
  { delivered: 2, lost: 1, apologies: 1 },
);
expect(
  'an apology before the reply costs nothing',
  { received: [received('m1', 500), received('m2', 600, 'apology'), received('m2', 700), received('m3', 990)] },
  {},
);
expect('a reply that comes twice is a duplicate', { received: [...RIGHT.received, received('m1', 995)] }, { duplicated: 1 });
expect('two replies that changed places are out of order', { received: [received('m2', 500), received('m1', 700), received('m3', 990)] }, { outOfOrder: 1 });
expect(
  'a reply that comes after two later ones counts once',
  { received: [received('m2', 500), received('m3', 990), received('m1', 995)] },
  { outOfOrder: 1, longestBlockedMs: 210 },
);
expect('a duplicate that comes late is not out of order', { received: [...RIGHT.received, received('m2', 995)] }, { duplicated: 1 });
expect('a reply to a message that nobody sent does not stand in for one', { received: [received('m1', 500), received('m2', 700), received('m9', 990)] }, { delivered: 2, lost: 1 });
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
expect(
  'without any grant there is nothing to say about tokens',
  { events: RIGHT.events.filter(({ event }) => event !== 'granted') },
  { tokenFaults: undefined as never },
);
expect('a lease after one that expired is a takeover', { events: RIGHT.events.map((event) => (event.event === 'granted' && event.fencingToken === 20 ? { ...event, previousEndedBecause: 'expired' } : event)) }, { takeovers: 1 });
expect('a takeover error is a takeover', { events: [...RIGHT.events, started('gateway-b', 995, 'm3'), ended('gateway-b', 996, 'm3', 'takeover-error')] }, { takeovers: 1, turns: 4 });
expect('a stale write that was refused is counted', { events: [...RIGHT.events, ended('gateway-a', 996, 'm3', 'stale-write-refused')] }, { staleWritesRefused: 1 });
expect(
  'fencing tokens of different chats are not compared',
  { events: [...RIGHT.events, { ...granted('gateway-b', 995, 5), session: 'chat-2' }, { ...granted('gateway-b', 996, 20), session: 'chat-3' }] },
  {},
);
