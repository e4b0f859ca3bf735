/** What was generated is kept: in the service, in the spool, or in the error. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import diagnostics from 'node:diagnostics_channel';
import t from 'tap';
import { LeaseClient, ReplyNotParkedError, type ParkMessage } from '../../../client/src/index.ts';
import { reply as answer, scriptedServer } from '../../support/scripted-server.ts';
import { failureOf, SESSION, turnScene } from '../../support/turn-scene.ts';
import { pumped } from '../../support/pumped.ts';
import { Spool } from '../../../client/src/spool/spool.ts';
import { silentLogger } from '../../../client/src/logger.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { keep, type Unkept } from '../../../client/src/turn/keeping.ts';
import { checkpoints } from '../../../client/src/checkpoint.ts';

t.test('a reply that no service takes is not lost: the error has it, and the session is free', async (t) => {
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  for (const reply of [undefined, 1n, circular, 'x'.repeat(262_143), () => {}]) {
    const { clock, holder, gateway } = await turnScene(t);
    const error = await failureOf(pumped(clock, holder.turn<unknown>(SESSION, { generate: () => reply, commit: () => {}, deliver: () => void gateway.sent.push() })));
    t.type(error, ReplyNotParkedError);
    t.equal((error as ReplyNotParkedError).reply, reply);
    t.match(error, { session: SESSION, code: 'reply-not-parked', cause: { code: reply?.toString().startsWith('xxx') ? 'payload-too-large' : 'request-invalid' } });
    t.equal((await holder.inspect(SESSION)).held, false);
  }
});

t.test('the largest reply that fits, and any JSON value, comes through', async (t) => {
  for (const reply of ['x'.repeat(262_142), null, 0, false, { a: [1] }]) {
    const { clock, holder } = await turnScene(t);
    const told: unknown[] = [];
    const result = await pumped(clock, holder.turn<unknown>(SESSION, { generate: () => reply, commit: () => {}, deliver: (given) => void told.push(given) }));
    t.match(result, { outcome: 'delivered', reply });
    t.strictSame(told, [reply]);
  }
});

t.test('text of another content type comes through as it is', async (t) => {
  const { turn, holder } = await turnScene(t);
  const { replyId } = await turn(() => '# hello', { contentType: 'text/markdown', replyId: 'm1', sequence: 7, expiresInMs: 60_000 });
  t.match(await holder.replies.read(SESSION, replyId), { contentType: 'text/markdown', sequence: 7 });
});

t.test('a reply of the same name with other words: a clear error that has the new one', async (t) => {
  const { turn, parkEarlier, holder } = await turnScene(t);
  const error = await failureOf(
    turn(
      async () => {
        await holder.revoke(SESSION, { reason: 'a takeover' });
        await parkEarlier('m1', 'another answer');
        return 'mine';
      },
      { replyId: 'm1' },
    ),
  );
  t.match(error, { name: 'ReplyNotParkedError', reply: 'mine', replyId: 'm1', cause: { code: 'reply-id-reused' } });
});

const aFolder = async (t: { teardown(end: () => Promise<void>): void }): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-keeping-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

const spooled = async (folder: string): Promise<unknown[]> => {
  const entries: unknown[] = [];
  for await (const { session, replyId, payload, fencingToken, holder, committed } of new Spool(folder, { clock: new FakeClock(), logger: silentLogger }).entries()) {
    entries.push({ session, replyId, payload, fencingToken, holder, committed });
  }
  return entries;
};

t.test('the service away at the moment of parking: the reply goes to the spool, and says so', async (t) => {
  const spoolFolder = await aFolder(t);
  const { turn, app, gateway } = await turnScene(t, { spoolFolder, requestTimeoutMs: 50 });
  let fencingToken = 0;
  const result = await turn(async ({ lease }) => {
    ({ fencingToken } = lease);
    await app.close();
    return 'paid for';
  }, { replyId: 'm1', sequence: 3 });
  t.match(result, { outcome: 'parked', spooled: true, reply: 'paid for', attempts: 0, error: { code: 'service-unavailable' } });
  t.strictSame(await spooled(spoolFolder), [{ session: SESSION, replyId: 'm1', payload: 'paid for', fencingToken, holder: 'gateway-1', committed: false }]);
  t.strictSame(gateway.commits, [], 'nothing is written that nobody could settle');
});

t.test('the service away, and no spool: the error says it loudly, and has the reply', async (t) => {
  const errors: unknown[] = [];
  const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: (...told: unknown[]) => void errors.push(told) };
  const { turn, app } = await turnScene(t, { requestTimeoutMs: 50, logger });
  const error = await failureOf(turn(async () => {
    await app.close();
    return 'paid for';
  }));
  t.match(error, { name: 'ReplyNotParkedError', message: /^REPLY NOT KEPT/, reply: 'paid for', retryable: true, cause: { code: 'service-unavailable' } });
  t.match(errors, [[{ session: SESSION }, /REPLY NOT KEPT/]]);
  t.notMatch(JSON.stringify(errors), /paid for/, 'what it says is not logged');
});

t.test('a client that was closed before the reply was there: it goes to the spool', async (t) => {
  const spoolFolder = await aFolder(t);
  const { holder, clock, handlers } = await turnScene(t, { spoolFolder });
  const result = await pumped(clock, holder.turn(SESSION, handlers(async () => {
    await holder.close({ drainMs: 0 });
    return 'paid for';
  }), { replyId: 'm1' }));
  t.match(result, { outcome: 'parked', spooled: true, error: { code: 'client-closed' } });
  t.match(await spooled(spoolFolder), [{ replyId: 'm1', payload: 'paid for' }]);
});

t.test('what the service will never take does not go to the spool', async (t) => {
  const spoolFolder = await aFolder(t);
  const { turn } = await turnScene(t, { spoolFolder });
  const tooLarge = await failureOf(turn(() => 'x'.repeat(262_143)));
  t.match(tooLarge, { name: 'ReplyNotParkedError', cause: { code: 'payload-too-large' } });
  t.strictSame(await spooled(spoolFolder), []);
});

const UNKEPT: Unkept<string> = { session: SESSION, replyId: 'm1', fencingToken: 7, reply: 'paid for', contentType: undefined, sequence: undefined, expiresInMs: undefined };

/** Parks at a service that answers as told. */
const keepAt = async (t: Parameters<typeof aFolder>[0], status: number, body: object, withSpool: boolean) => {
  const { baseUrl, seen } = await scriptedServer(t, (_request, response) => answer(response, status, body));
  const clock = new FakeClock();
  const spoolFolder = await aFolder(t);
  const client = new LeaseClient({ baseUrl, holder: 'gateway-1', clock, random: () => 0, requestTimeoutMs: 1_000 });
  t.teardown(() => client.close());
  const calls = { park: client.replies.park.bind(client.replies) } as unknown as Parameters<typeof keep>[0]['calls'];
  const spool = withSpool ? new Spool(spoolFolder, { clock, logger: silentLogger }) : undefined;
  const kept = await pumped(clock, keep({ at: checkpoints(), clock, logger: silentLogger, calls, spool, holder: 'gateway-1' }, UNKEPT)).catch((error: unknown) => error);
  return { kept, seen, spooled: await spooled(spoolFolder) };
};

t.test('each refusal: to the spool what may go better another time, and never lost', async (t) => {
  const cases: [number, string, boolean][] = [
    [429, 'replies-full', true],
    [401, 'unauthorized', true],
    [500, 'internal', true],
    [503, 'store-unavailable', true],
    [413, 'payload-too-large', false],
    [422, 'reply-id-reused', false],
    [422, 'fencing-token-unknown', false],
    [400, 'request-invalid', false],
  ];
  for (const [status, code, goes] of cases) {
    const body = { status, code, title: code, retryable: status === 429 || status === 503 };
    const spooling = await keepAt(t, status, body, true);
    if (goes) t.match(spooling.kept, { where: 'spool', error: { code } }, code);
    else t.match(spooling.kept, { name: 'ReplyNotParkedError', reply: 'paid for', fencingToken: 7, cause: { code } }, code);
    t.equal(spooling.spooled.length, goes ? 1 : 0);
    const without = await keepAt(t, status, body, false);
    t.match(without.kept, { name: 'ReplyNotParkedError', reply: 'paid for', cause: { code } }, `${code}, without a spool`);
  }
});

t.test('where the spool fails too, the error has the reply, and says why', async (t) => {
  const { clock, app, handlers, client } = await turnScene(t);
  const holder = client('gateway-1', { spoolFolder: '/dev/null/nowhere', requestTimeoutMs: 50 });
  const error = await failureOf(pumped(clock, holder.turn(SESSION, handlers(async () => {
    await app.close();
    return 'paid for';
  }))));
  t.match(error, { name: 'ReplyNotParkedError', reply: 'paid for', cause: { code: 'spool-failed' } });
});

t.test('where a reply is kept is told to whoever listens, without its words', async (t) => {
  const told: ParkMessage[] = [];
  const listener = (message: unknown): void => void told.push(message as ParkMessage);
  diagnostics.subscribe('holdfast:park', listener);
  t.teardown(() => diagnostics.unsubscribe('holdfast:park', listener));
  const { turn } = await turnScene(t);
  await turn(() => 'paid for', { replyId: 'm1' });
  await failureOf(turn(() => 'x'.repeat(262_143)));
  t.match(told, [{ session: SESSION, replyId: 'm1', where: 'service' }, { session: SESSION, where: 'nowhere', error: { code: 'payload-too-large' } }]);
  t.notMatch(JSON.stringify(told), /paid for/);
});
