import t from 'tap';
import type { Now } from '../../../../service/src/clock.ts';
import { EMPTY_SESSION, type EndedId, type Lease, type Session, type YieldRequest } from '../../../../service/src/session/types.ts';
import { endedSince, mustWrite, readSession, writeEnded, writeSession } from '../../../../service/src/stores/embedded/rows.ts';
import { ReplyScene } from '../../session/replies/reply-scene.ts';
import { connectionId, fencingToken, idHash, Scene } from '../../session/scene.ts';

const HOUR_MS = 3_600_000;
const STOP: Now = { monoMs: 9_000_000, wallUs: 1_700_000_000_000_000 };

const lease = (more: Partial<Lease> = {}): Lease => ({
  leaseIdHash: idHash('a'),
  holder: 'gateway-1',
  fencingToken: fencingToken(7),
  background: true,
  ttlMs: 10_000,
  ttlLongestMs: 40_000,
  grantedAtMs: STOP.monoMs - 60_000,
  renewedAtMs: STOP.monoMs - 1_000,
  expiresAtMs: STOP.monoMs + 9_000,
  holdEndsAtMs: STOP.monoMs - 60_000 + 4 * HOUR_MS,
  confirmed: false,
  soleConnection: connectionId('c'),
  metadata: { draft: 'd-1' },
  yieldRequest: undefined,
  ...more,
});

const session = (more: Partial<Session> = {}): Session => ({ ...EMPTY_SESSION, ...more });

/** The process stops at `STOP`, and another has the same row `downMs` later, its wall clock stepped by `stepMs` meanwhile. */
const afterStart = (stopped: Session, { downMs = 0, stepMs = 0 } = {}): { read: Session; boot: Now } => {
  const boot: Now = { monoMs: 500, wallUs: STOP.wallUs + (downMs + stepMs) * 1_000 };
  const endedRows = stopped.ended.map((ended, sequence) => writeEnded(1, sequence, ended, STOP));
  return { read: readSession(writeSession(stopped, STOP), { ended: endedRows, replies: [] }, boot), boot };
};

t.test('a lease lives from the start for the longest TTL it ever had, confirmed or not', async (t) => {
  for (const confirmed of [true, false]) {
    const { read, boot } = afterStart(session({ lease: lease({ confirmed }) }), { downMs: 2_000 });
    t.equal(read.lease?.expiresAtMs, boot.monoMs + 40_000);
    t.match(read.lease, { leaseIdHash: 'a', holder: 'gateway-1', fencingToken: 7, background: true, ttlMs: 10_000, ttlLongestMs: 40_000 });
    t.strictSame(read.lease?.metadata, { draft: 'd-1' });
    t.equal(read.lease?.soleConnection, undefined, 'no connection outlives its process');
    t.strictSame(read.waiters, [], 'nor does the queue');
  }
});

t.test('a lease was held from its grant, and renewed at the start', async (t) => {
  const { read, boot } = afterStart(session({ lease: lease() }), { downMs: 2_000 });
  t.equal(boot.monoMs - read.lease!.grantedAtMs, 62_000);
  t.equal(read.lease!.renewedAtMs, boot.monoMs);
});

t.test('max hold goes on while nobody runs', async (t) => {
  const { read, boot } = afterStart(session({ lease: lease() }), { downMs: HOUR_MS });
  t.equal(read.lease!.holdEndsAtMs - boot.monoMs, 3 * HOUR_MS - 60_000);
});

t.test('max hold never ends a lease before its largest TTL', async (t) => {
  const { read, boot } = afterStart(session({ lease: lease() }), { downMs: 5 * HOUR_MS });
  t.equal(read.lease!.holdEndsAtMs, boot.monoMs + 40_000);
});

t.test('a wall clock set back does not lengthen max hold, and one set forward does not shorten the largest TTL', async (t) => {
  const back = afterStart(session({ lease: lease() }), { stepMs: -365 * 24 * HOUR_MS });
  t.equal(back.read.lease!.holdEndsAtMs - back.boot.monoMs, 4 * HOUR_MS);
  t.equal(back.read.lease!.grantedAtMs, back.boot.monoMs, 'nothing was granted in the future');
  const forward = afterStart(session({ lease: lease() }), { stepMs: 365 * 24 * HOUR_MS });
  t.equal(forward.read.lease!.expiresAtMs - forward.boot.monoMs, 40_000);
});

t.test('a plea to yield outlives a restart', async (t) => {
  const yieldRequest: YieldRequest = { by: 'gateway-2', reason: 'deploy', endsAtMs: undefined };
  const { read } = afterStart(session({ lease: lease({ yieldRequest }) }));
  t.strictSame(read.lease!.yieldRequest, yieldRequest);
});

t.test('a preemption stands where it was put', async (t) => {
  const yieldRequest = { by: 'gateway-2', reason: undefined, endsAtMs: STOP.monoMs + 600_000 };
  const at = (how?: { downMs?: number; stepMs?: number }): number => {
    const { read, boot } = afterStart(session({ lease: lease({ yieldRequest }) }), how);
    return read.lease!.yieldRequest!.endsAtMs! - boot.monoMs;
  };
  t.equal(at({ downMs: 100_000 }), 500_000);
  t.equal(at({ downMs: 590_000 }), 40_000, 'but not before the largest TTL');
  t.equal(at({ stepMs: -365 * 24 * HOUR_MS }), HOUR_MS, 'and no later than the longest grace, wherever the wall clock went');
});

t.test('the last lease that ended is remembered with the time since then', async (t) => {
  const previous = { holder: 'gateway-1', fencingToken: fencingToken(7), endedBecause: 'expired', endedAtMs: STOP.monoMs - 3_000, metadata: { draft: 'd-1' } } as const;
  const { read, boot } = afterStart(session({ previous }), { downMs: 4_000 });
  t.strictSame(read.previous, { ...previous, endedAtMs: boot.monoMs - 7_000 });
  const back = afterStart(session({ previous }), { stepMs: -HOUR_MS });
  t.equal(back.read.previous?.endedAtMs, back.boot.monoMs, 'a clock set back makes it an end of just now, not of the future');
});

t.test('ended ids are remembered for 15 minutes, across a restart too', async (t) => {
  const ended = (id: string, msBefore: number): EndedId => ({
    leaseIdHash: idHash(id),
    fencingToken: undefined,
    endedBecause: 'released',
    endedAtMs: STOP.monoMs - msBefore,
  });
  const stopped = session({ ended: [ended('old', 14 * 60_000), ended('late', 14 * 60_000 - 1), ended('new', 0)] });
  const { read } = afterStart(stopped, { downMs: 60_000 });
  t.strictSame(read.ended.map(({ leaseIdHash }) => leaseIdHash), ['late', 'new']);
});

t.test('what was never granted has no token after a restart either', async (t) => {
  const ended: EndedId = { leaseIdHash: idHash('a'), fencingToken: undefined, endedBecause: 'released', endedAtMs: STOP.monoMs };
  t.equal(afterStart(session({ ended: [ended] })).read.ended[0]?.fencingToken, undefined);
});

const change = (act: (scene: Scene) => void, prepare: (scene: Scene) => void = (scene) => void scene.take('a')): { before: Session; after: Session } => {
  const scene = new Scene();
  prepare(scene);
  const before = scene.session;
  act(scene);
  return { before, after: scene.session };
};

t.test('what a restart must know of is written', async (t) => {
  const written: [string, (scene: Scene) => void][] = [
    ['a release', (scene) => void scene.release('a')],
    ['a revoke', (scene) => void scene.revoke()],
    ['an expiry', (scene) => void scene.passAndTick(30_000)],
    ['a yield request', (scene) => void scene.askYield()],
    ['a renewal with another TTL', (scene) => void scene.renew('a', { ttlMs: 31_000 })],
    ['a renewal with a shorter TTL', (scene) => void scene.renew('a', { ttlMs: 29_000 })],
    ['a renewal with metadata', (scene) => void scene.renew('a', { metadata: { draft: 1 } })],
    ['a release that overtook its acquire', (scene) => void scene.release('never seen')],
  ];
  for (const [what, act] of written) {
    const { before, after } = change(act);
    t.equal(mustWrite(before, after), true, what);
  }
  const { before, after } = change((scene) => void scene.take('a'), () => {});
  t.equal(mustWrite(before, after), true, 'a grant');
});

t.test('what a restart need not know of is not written', async (t) => {
  const unwritten: [string, (scene: Scene) => void][] = [
    ['a renewal', (scene) => void scene.pass(1_000).renew('a')],
    ['a renewal with the TTL it had', (scene) => void scene.pass(1_000).renew('a', { ttlMs: 30_000 })],
    ['a waiter', (scene) => void scene.wait('b')],
    ['a repeat', (scene) => void scene.acquire('a', { connection: 'another' })],
    ['a grant that nobody heard', (scene) => scene.disconnect('a')],
  ];
  for (const [what, act] of unwritten) {
    const { before, after } = change(act);
    t.not(after, before, `${what} changes the session`);
    t.equal(mustWrite(before, after), false, what);
  }
});

t.test('ended ids that grow too old are not written', async (t) => {
  const { before, after } = change(
    (scene) => void scene.passAndTick(15 * 60_000),
    (scene) => void scene.release('a'),
  );
  t.equal(before.ended.length, 1);
  t.equal(after.ended.length, 0);
  t.equal(mustWrite(before, after), false);
});

t.test('new ended ids are found, also when old ones went in the same step', async (t) => {
  const idsOf = ({ before, after }: { before: Session; after: Session }): string[] => endedSince(before, after).map(({ leaseIdHash }) => leaseIdHash);
  t.strictSame(idsOf(change((scene) => void scene.release('b'), (scene) => void scene.release('a'))), ['b']);
  t.strictSame(idsOf(change((scene) => void scene.pass(15 * 60_000).release('b'), (scene) => void scene.release('a'))), ['b']);
  t.strictSame(idsOf(change((scene) => void scene.inspect(), (scene) => void scene.release('a'))), []);
  const full = change(
    (scene) => void scene.release('one more'),
    (scene) => {
      for (let n = 0; n < 1_000; n += 1) scene.release(`id ${n}`);
    },
  );
  t.strictSame(idsOf(full), ['one more']);
});

t.test('every change of a reply is written, and the count of those that were parked', async (t) => {
  const scene = new ReplyScene();
  const steps: [string, () => unknown][] = [
    ['a parking', () => scene.park('r')],
    ['a risen `committed`', () => scene.park('r', { committed: true })],
    ['a discard', () => scene.discard('r')],
    ['a replay', () => scene.replay('r')],
    ['an expiry', () => scene.passAndTick(24 * HOUR_MS)],
  ];
  for (const [what, act] of steps) {
    const before = scene.session;
    act();
    t.equal(mustWrite(before, scene.session), true, what);
  }
  t.equal(afterStart(scene.session).read.repliesParked, 1);
  const before = scene.session;
  scene.park('r');
  t.equal(mustWrite(before, scene.session), false, 'a repeat');
});
