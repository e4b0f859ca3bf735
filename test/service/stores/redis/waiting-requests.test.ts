// Connections that wait here, and one timer for each session that any of them waits for.
import t from 'tap';
import type { Acquire } from '../../../../service/src/session/commands.ts';
import type { ConnectionId, LeaseIdHash } from '../../../../service/src/session/types.ts';
import { WaitingRequests } from '../../../../service/src/stores/redis/waiting-requests.ts';
import { FakeClock } from '../../../support/fake-clock.ts';

const connection = (id: string): ConnectionId => id as ConnectionId;

const request = (id: string, waitMs = 10_000): Acquire => ({
  kind: 'acquire',
  leaseIdHash: `hash of ${id}` as LeaseIdHash,
  connection: connection(id),
  holder: id,
  ttlMs: 30_000,
  waitMs,
  background: false,
  maxHoldMs: 3_600_000,
});

const scene = () => {
  const clock = new FakeClock();
  const due: string[] = [];
  const waiting = new WaitingRequests(clock, (name) => void due.push(name));
  const atMs = (inMs: number): number => clock.now().monoMs + inMs;
  return { clock, due, waiting, atMs };
};

t.test('a request is known from when it is added until it is removed, and asked about once the store has it', async (t) => {
  const { clock, waiting } = scene();
  const one = waiting.add('s', request('c1'));
  t.equal(one.waitEndsAtMs, clock.now().monoMs + 10_000);
  t.equal(waiting.get(connection('c1')), one);
  t.strictSame(waiting.all(), [], 'not yet taken in');
  one.requestedAtMs = 5;
  t.strictSame(waiting.all(), [one]);
  t.equal(waiting.size, 1);
  waiting.remove(connection('c1'));
  waiting.remove(connection('c1'));
  t.equal(waiting.get(connection('c1')), undefined);
  t.strictSame(waiting.all(), []);
  t.equal(waiting.size, 0);
});

t.test('a session has one timer, which moves with its next moment', async (t) => {
  const { clock, due, waiting, atMs } = scene();
  waiting.add('s', request('c1'));
  waiting.add('s', request('c2'));
  waiting.arm('s', atMs(1_000));
  waiting.arm('s', atMs(1_000));
  t.equal(clock.armed, 1);
  waiting.arm('s', atMs(3_000));
  t.equal(clock.armed, 1);
  clock.advance(2_999);
  t.strictSame(due, []);
  clock.advance(1);
  t.strictSame(due, ['s']);
  t.equal(clock.armed, 0);
  waiting.arm('s', atMs(0));
  clock.advance(0);
  t.strictSame(due, ['s', 's'], 'the same moment may come again');
  waiting.arm('s', atMs(1_000));
  waiting.arm('s', undefined);
  t.equal(clock.armed, 0, 'a session may have none');
});

t.test('a session that nobody here waits for has no timer', async (t) => {
  const { clock, due, waiting, atMs } = scene();
  waiting.arm('s', atMs(1_000));
  t.equal(clock.armed, 0);
  waiting.add('s', request('c1'));
  waiting.add('s', request('c2'));
  waiting.arm('s', atMs(1_000));
  waiting.remove(connection('c1'));
  t.equal(clock.armed, 1, 'another waits');
  waiting.remove(connection('c2'));
  t.equal(clock.armed, 0);
  clock.advance(2_000);
  t.strictSame(due, []);
});

t.test('stopped, nothing happens any more', async (t) => {
  const { clock, due, waiting, atMs } = scene();
  waiting.add('s', request('c1'));
  waiting.arm('s', atMs(1_000));
  waiting.stop();
  t.equal(clock.armed, 0);
  t.equal(waiting.size, 0);
  clock.advance(2_000);
  t.strictSame(due, []);
});
