/**
 * The disk runs full while replies are being parked (S11, S12): nobody is told that a reply is kept which may not be, everything that was acknowledged is there
 * when the disk has room again, and a turn's reply that found no room is in its spool, or in the error.
 */
import t, { type Test } from 'tap';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LeaseClient, ReplyNotParkedError, type TurnHandlers } from '../../client/src/index.ts';
import { LeaseApi, newLeaseId } from '../support/lease-api.ts';
import { LoopDisk } from '../support/loop-disk.ts';
import { park, readReply, repliesOf, type ReplyAnswer } from '../support/reply-api.ts';
import { spawnService, type SpawnedService } from '../support/spawn-service.ts';
import { until, within } from '../support/until.ts';

const DISK_MB = 16;
const PAYLOAD_CHARS = 200_000;
const SESSION = 'agent:main:full';
/** What the process says on its way out, and nothing else. */
const LAST_WORDS = /^Cannot write to \/\S+\/holdfast\.db: the disk is full \(database or disk is full\)\.\n$/;
t.setTimeout(170_000);

const setUp = async (test: Test): Promise<{ disk: LoopDisk; service: SpawnedService }> => {
  const disk = await LoopDisk.create(test, DISK_MB);
  const service = await spawnService(test, { databaseFolder: disk.folder, env: { HOLDFAST_LOG_LEVEL: 'silent' } });
  return { disk, service };
};

const apiOf = (test: Test, service: SpawnedService): LeaseApi => {
  const api = new LeaseApi(service.baseUrl);
  test.teardown(() => api.close());
  return api;
};

const clientOf = (test: Test, service: SpawnedService, options: { spoolFolder?: string } = {}): LeaseClient => {
  const client = new LeaseClient({ baseUrl: service.baseUrl, holder: 'gateway-1', ttlMs: 5_000, requestTimeoutMs: 2_000, ...options });
  test.teardown(() => client.close());
  return client;
};

const textOf = (number: number): string => `${number} ${'.'.repeat(PAYLOAD_CHARS)}`;

void t.test('a reply that finds no room is 503 with its outcome, and the end of the process; all that were parked are there after', async (test) => {
  const { disk, service } = await setUp(test);
  const api = apiOf(test, service);
  const { body: lease } = await api.acquire(SESSION, newLeaseId(), { holder: 'gateway-1', ttlMs: 3_600_000 });
  const fencingToken = lease.fencingToken!;
  const parkOne = (number: number): Promise<ReplyAnswer> => park(api, SESSION, `reply-${number}`, { fencingToken, payload: textOf(number) });
  let parked = 0;
  for (; parked < 5; parked += 1) test.equal((await parkOne(parked)).status, 201);
  disk.fill();
  // The log of the database may still have room in its own blocks for some.
  let refused: ReplyAnswer | undefined;
  for (let number = parked; number < 60 && !refused; number += 1) {
    const answer = await parkOne(number);
    if (answer.status === 201) parked += 1;
    else refused = answer;
  }
  test.match(refused, { status: 503, body: { code: 'store-unavailable', outcome: 'unknown' } });
  test.same(await within('the service ends', service.ended()), { code: 1, signal: null });
  test.match(service.stderr, LAST_WORDS);

  disk.unfill();
  await service.start();
  const after = apiOf(test, service);
  const listed = await repliesOf(after, SESSION);
  test.same(listed.slice(0, parked).map(({ replyId }) => replyId), Array.from({ length: parked }, (_, number) => `reply-${number}`));
  for (let number = 0; number < parked; number += 1) {
    const { body } = await readReply(after, SESSION, `reply-${number}`);
    if (body.payload !== textOf(number) || body.state !== 'parked') test.fail(`reply-${number} is ${body.state} and does not say what it said`);
  }
  // Whether the last one was kept was left open: parked again it is there once, either way.
  const again = await park(after, SESSION, `reply-${parked}`, { fencingToken, payload: textOf(parked) });
  test.equal(again.status, listed.length > parked ? 200 : 201);
  test.equal((await repliesOf(after, SESSION)).length, parked + 1);
  test.comment(`${parked} parked before, the last one ${listed.length > parked ? 'was kept' : 'was not'}`);
});

interface Delivered {
  readonly session: string;
  readonly replyId: string;
  readonly reply: string;
}

/** Handlers whose reply is ready only once `ready` is: so the disk is full when it is to be parked. */
const handlers = (reply: string, ready: Promise<void>, delivered: Delivered[]): TurnHandlers<string> & { readonly begun: Promise<void> } => {
  const { promise: begun, resolve } = Promise.withResolvers<void>();
  const generate = async (): Promise<string> => {
    resolve();
    await ready;
    return reply;
  };
  return { begun, generate, commit: () => {}, deliver: (said, { session, replyId }) => void delivered.push({ session, replyId, reply: said }) };
};

void t.test('turns whose replies find no room: the spool keeps the one and a courier brings it, the error carries the other', async (test) => {
  const { disk, service } = await setUp(test);
  const spoolFolder = mkdtempSync(join(tmpdir(), 'holdfast-spool-'));
  test.teardown(() => rmSync(spoolFolder, { recursive: true, force: true }));
  const withSpool = clientOf(test, service, { spoolFolder });
  const without = clientOf(test, service);
  const delivered: Delivered[] = [];
  const { promise: ready, resolve: finish } = Promise.withResolvers<void>();
  const spooledTurn = handlers(textOf(1), ready, delivered);
  const lostTurn = handlers(textOf(2), ready, delivered);
  const turns = Promise.all([
    withSpool.turn('spooled', spooledTurn, { replyId: 'reply-1' }),
    without.turn('unspooled', lostTurn, { replyId: 'reply-2' }).catch((error: unknown) => error),
  ]);
  await Promise.all([spooledTurn.begun, lostTurn.begun]);
  disk.fill();
  finish();
  const [result, error] = await within('both turns end', turns, 60_000);
  test.match(result, { outcome: 'parked', spooled: true, replyId: 'reply-1', attempts: 0 });
  test.ok(error instanceof ReplyNotParkedError, String(error));
  const unkept = error as ReplyNotParkedError<string>;
  test.match(unkept, { session: 'unspooled', replyId: 'reply-2', reply: textOf(2) }, 'the error has the only copy');
  test.match(unkept.message, /^REPLY NOT KEPT/);
  test.same(await within('the service ends', service.ended()), { code: 1, signal: null });
  test.match(service.stderr, LAST_WORDS);
  test.equal(readdirSync(spoolFolder).length, 1, 'on another disk, and safe');
  test.same(delivered, [], 'nothing goes out that is not kept');

  disk.unfill();
  await service.start();
  const { fencingToken, session, replyId, reply } = unkept;
  test.match(await without.replies.park(session, replyId, { fencingToken, payload: reply }), { reply: { state: 'parked' } }, 'what the error carries can be parked now');
  const { commit, deliver } = spooledTurn;
  const courier = withSpool.courier<string>({ commit, deliver }, { pollMs: 100 });
  await until('both are delivered', () => delivered.length >= 2, { withinMs: 60_000 });
  await courier.close();
  const bySession = delivered.toSorted((a, b) => a.session.localeCompare(b.session));
  test.same(bySession, [
    { session: 'spooled', replyId: 'reply-1', reply: textOf(1) },
    { session: 'unspooled', replyId: 'reply-2', reply: textOf(2) },
  ]);
  const api = apiOf(test, service);
  for (const one of bySession) test.match((await readReply(api, one.session, one.replyId)).body, { state: 'delivered', attempts: 1 });
  test.same(readdirSync(spoolFolder), [], 'the spool is empty');
});
