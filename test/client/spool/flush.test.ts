import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { InvalidRequestError, ServiceUnavailableError, StoreMismatchError, UnauthorizedError } from '../../../client/src/errors.ts';
import { RepliesFullError } from '../../../client/src/reply-errors.ts';
import type { ParkOptions } from '../../../client/src/replies/options.ts';
import { SpoolFlush } from '../../../client/src/spool/flush.ts';
import { Spool } from '../../../client/src/spool/spool.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { recordingLogger } from '../../support/recording-logger.ts';
import { spoolEntry, spoolFolder } from '../../support/spool-facts.ts';

/** Calls that take everything, but for what a test says. */
const begin = async (t: Test, more: { readonly storeId?: () => string | undefined } = {}) => {
  const folder = await spoolFolder(t);
  const clock = new FakeClock();
  const logger = recordingLogger();
  const parked: { readonly session: string; readonly replyId: string; readonly options: ParkOptions }[] = [];
  const script = { fault: (_session: string, _replyId: string): Error | undefined => undefined, looks: 0, onLook: (): void => {} };
  const calls = {
    park: async (session: string, replyId: string, options: ParkOptions) => {
      const fault = script.fault(session, replyId);
      if (fault) throw fault;
      parked.push({ session, replyId, options });
      return { repeated: false, reply: {} as never };
    },
    listDue: async () => {
      script.looks += 1;
      script.onLook();
      return [];
    },
  };
  const spool = new Spool(folder, { clock, logger, ...more });
  const keep = async (...ids: string[]): Promise<void> => {
    for (const id of ids) {
      const [session = '', replyId = ''] = id.split('/');
      await spool.keep(spoolEntry({ session, replyId }));
    }
  };
  const left = async (): Promise<string[]> => {
    const ids: string[] = [];
    for await (const { session, replyId } of spool.entries()) ids.push(`${session}/${replyId}`);
    return ids;
  };
  return { folder, clock, logger, script, calls, spool, keep, left, parked, ids: () => parked.map(({ session, replyId }) => `${session}/${replyId}`), flush: new SpoolFlush(spool, { calls, clock, logger }) };
};

t.test('everything is parked, as it was, in the order in which it was kept, and then gone', async (t) => {
  const { spool, keep, left, parked, ids, flush } = await begin(t);
  await spool.keep(spoolEntry({ session: 'b', sequence: 4, reason: 'service away', expiresInMs: 60_000, committed: true, payload: 'text', contentType: 'text/plain' }));
  await keep('a/1', 'b/2', 'a/3');
  t.same(await flush.run(), { parked: 4, refused: 0, left: 0 });
  t.same(ids(), ['b/r-1', 'a/1', 'b/2', 'a/3']);
  t.same(parked[0]!.options, { fencingToken: 7, holder: 'gateway-1', sequence: 4, reason: 'service away', expiresInMs: 60_000, committed: true, payload: 'text', contentType: 'text/plain' });
  t.same(await left(), []);
  t.same(await flush.run(), { parked: 0, refused: 0, left: 0 });
});

t.test('the service is away, or wants another key: it stops, nothing is lost, and the next time it goes on', async (t) => {
  for (const fault of [new ServiceUnavailableError('away'), new UnauthorizedError('no'), new StoreMismatchError('other'), new InvalidRequestError('slow down', { code: 'rate-limited', retryable: true }), new InvalidRequestError('nothing there', { code: 'not-found' })]) {
    const { keep, left, script, ids, flush } = await begin(t);
    await keep('a/1', 'b/2', 'a/3');
    script.fault = (_session, replyId) => (replyId === '2' ? fault : undefined);
    t.match(await flush.run(), { parked: 1, refused: 0, left: 0, stopped: fault }, fault.code);
    t.same(await left(), ['b/2', 'a/3']);
    script.fault = () => undefined;
    t.same(await flush.run(), { parked: 2, refused: 0, left: 0 });
    t.same(ids(), ['a/1', 'b/2', 'a/3']);
  }
});

t.test('a session that is full holds up its own replies, in their order, and nobody else', async (t) => {
  const { keep, left, script, ids, flush, clock, logger } = await begin(t);
  await keep('full/1', 'a/2', 'full/3', 'b/4');
  script.fault = (session, replyId) => (session === 'full' && replyId === '1' ? new RepliesFullError('full') : undefined);
  t.same(await flush.run(), { parked: 2, refused: 0, left: 2 });
  t.same(await left(), ['full/1', 'full/3']);
  t.equal(logger.lines.length, 1, 'one warning a session');
  script.fault = () => undefined;
  await keep('full/5', 'a/6');
  t.same(await flush.run(), { parked: 1, refused: 0, left: 3 }, 'it rests, and what came after it waits as well');
  clock.advance(30_000);
  t.same(await flush.run(), { parked: 3, refused: 0, left: 0 });
  t.same(ids(), ['a/2', 'b/4', 'a/6', 'full/1', 'full/3', 'full/5']);
});

t.test('what can never be parked is moved aside with the reason, and those behind it go on', async (t) => {
  for (const code of ['reply-id-reused', 'fencing-token-unknown', 'payload-too-large', 'request-invalid']) {
    const { folder, keep, left, script, flush, logger, ids } = await begin(t);
    await keep('a/1', 'a/2');
    script.fault = (_session, replyId) => (replyId === '1' ? new InvalidRequestError('it says why', { code }) : undefined);
    t.same(await flush.run(), { parked: 1, refused: 1, left: 0 }, code);
    t.same(await left(), []);
    t.same(ids(), ['a/2']);
    const why = (await readdir(join(folder, 'refused'))).find((name) => name.endsWith('.why.txt'))!;
    t.equal(await readFile(join(folder, 'refused', why), 'utf8'), `${code}: it says why\n`);
    t.match(logger.lines, [new RegExp(`^error a spooled reply can never be parked.*${code}`)]);
  }
});

t.test('a reply of another store is left, reported, and holds up nothing', async (t) => {
  const { spool, keep, left, ids, flush, clock, logger } = await begin(t, { storeId: () => 'st_own' });
  await spool.keep(spoolEntry({ session: 'a', replyId: '1', storeId: 'st_other' }));
  await keep('a/2');
  t.same(await flush.run(), { parked: 1, refused: 0, left: 1 });
  t.same(ids(), ['a/2']);
  t.same(await left(), ['a/1']);
  t.match(logger.lines, [/^error .*another store.*"storeId":"st_other","ownStoreId":"st_own"/]);
  t.same(await flush.run(), { parked: 0, refused: 0, left: 1 });
  t.equal(logger.lines.length, 1, 'not each round');
  clock.advance(30_000);
  await flush.run();
  t.equal(logger.lines.length, 2);
});

t.test('the store is asked for before the first reply that names one is parked', async (t) => {
  let storeId: string | undefined;
  const { spool, script, ids, flush } = await begin(t, { storeId: () => storeId });
  await spool.keep(spoolEntry({ session: 'a', replyId: '1', storeId: 'st_1' }));
  await spool.keep(spoolEntry({ session: 'a', replyId: '2', storeId: 'st_2' }));
  script.onLook = () => (storeId = 'st_2');
  t.same(await flush.run(), { parked: 1, refused: 0, left: 1 });
  t.same(ids(), ['a/2']);
  t.equal(script.looks, 1);
});

t.test('two processes flush one folder at once: everything is parked at least once, in order, and the folder is empty', async (t) => {
  const { spool, calls, clock, logger, keep, left, ids, flush } = await begin(t);
  const expected = Array.from({ length: 20 }, (_, index) => `a/${String(index).padStart(2, '0')}`);
  await keep(...expected);
  const other = new SpoolFlush(new Spool(spool.folder, { clock, logger }), { calls, clock, logger });
  await Promise.all([flush.run(), other.run()]);
  t.same(await left(), []);
  t.same([...new Set(ids())], expected);
  t.same(logger.lines, []);
});

t.test('an abort ends it between two replies', async (t) => {
  const { keep, left, script, flush } = await begin(t);
  await keep('a/1', 'a/2');
  const controller = new AbortController();
  script.fault = () => {
    controller.abort();
    return undefined;
  };
  t.match(await flush.run(controller.signal), { parked: 1, stopped: { code: 'client-closed' } });
  t.same(await left(), ['a/2']);
});

t.test('a fault of the program is not taken for a word about the reply', async (t) => {
  const { keep, left, script, flush } = await begin(t);
  await keep('a/1');
  script.fault = () => new TypeError('a bug');
  await t.rejects(flush.run(), TypeError);
  t.same(await left(), ['a/1']);
});
