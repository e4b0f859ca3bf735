/** A session is blocked while a message waits in it to be dealt with and nobody works on any. */
import t from 'tap';
import { longestBlockedMs } from '../../demo/blocked.ts';
import { channelRecord } from '../support/channel-record.ts';
import type { FaultRecord, GatewayEvent, HalfRecords } from '../../demo/records.ts';

const turn = (pid: number, session: string, messageId: string, fromMs: number, toMs?: number): GatewayEvent[] => {
  const from: GatewayEvent = { gateway: `gateway-${pid}`, pid, session, messageId, atMs: fromMs, event: 'turn-started' };
  return toMs === undefined ? [from] : [from, { ...from, atMs: toMs, event: 'turn-ended', outcome: 'answered' }];
};
const fault = (kind: FaultRecord['fault'], pid: number, atMs: number): FaultRecord => ({ fault: kind, process: `gateway-${pid}`, pid, atMs });

/** One message, from its arrival to what the user gets. */
const records = (events: GatewayEvent[], faults: FaultRecord[], receivedAtMs: number | undefined, kind: 'reply' | 'apology' = 'reply'): HalfRecords => ({
  inbox: [{ messageId: 'm1', session: 's', sequence: 1, gateway: 'gateway-a', arrivedAtMs: 100 }],
  channel: receivedAtMs === undefined ? [] : [channelRecord({ messageId: 'm1', session: 's', kind, atMs: receivedAtMs })],
  transcripts: new Map(),
  events,
  faults,
  replies: [],
  endedAtMs: 10_000,
});

const dealtWith = (pid: number, messageId: string, atMs: number): GatewayEvent => ({ gateway: `gateway-${pid}`, pid, session: 's', messageId, atMs, event: 'dealt-with' });

const CASES: [name: string, records: HalfRecords, blockedMs: number][] = [
  ['from arrival to the beginning of the turn', records(turn(1, 's', 'm1', 150, 900), [], 900), 50],
  ['from the death of its gateway to the next turn', records([...turn(1, 's', 'm1', 110), ...turn(2, 's', 'm1', 2_300, 2_900)], [fault('killed', 1, 300)], 2_900), 2_000],
  ['while its gateway is paused', records(turn(1, 's', 'm1', 110, 5_000), [fault('paused', 1, 1_000), fault('resumed', 1, 4_500)], 5_000), 3_500],
  ['a pause is over when another gateway takes the session', records([...turn(1, 's', 'm1', 110, 5_000), ...turn(2, 's', 'm1', 2_500, 5_000)], [fault('paused', 1, 1_000), fault('resumed', 1, 4_500)], 5_000), 1_500],
  ['a turn in another session does not help', records(turn(1, 'other', 'm9', 110, 900), [], 900), 800],
  ['an apology ends the wait', records([], [], 600, 'apology'), 500],
  ['not while its reply is kept and waits for the channel', records([...turn(1, 's', 'm1', 110, 900), dealtWith(1, 'm1', 900)], [], 7_000), 10],
  ['not once its gateway has given up', records([...turn(1, 's', 'm1', 110, 900), dealtWith(1, 'm1', 950)], [], undefined), 50],
  ['what the channel did not take ends no wait', { ...records([], [], undefined), channel: [channelRecord({ messageId: 'm1', session: 's', became: 'unavailable', atMs: 600 })] }, 9_900],
  ['to the end of the run, when nothing ever comes', records([], [], undefined), 9_900],
  ['a turn without an end and without a fault is being worked on', records(turn(1, 's', 'm1', 110), [], undefined), 10],
];
for (const [name, given, blockedMs] of CASES) t.test(name, async (t) => t.equal(longestBlockedMs(given), blockedMs));
