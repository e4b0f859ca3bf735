import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { systemClock } from '../../../client/src/clock.ts';
import { silentLogger } from '../../../client/src/logger.ts';
import { Spool } from '../../../client/src/spool/spool.ts';
import { StoreUnavailableError } from '../../../service/src/session/errors.ts';
import { couriersOnApp } from '../../support/couriers-on-app.ts';
import { spoolEntry, spoolFolder } from '../../support/spool-facts.ts';
import { until } from '../../support/until.ts';

const begin = async (t: Test, options: Parameters<typeof couriersOnApp>[1] = {}) => {
  const onApp = await couriersOnApp(t, options);
  const folder = await spoolFolder(t);
  const spool = new Spool(folder, { clock: systemClock, logger: silentLogger });
  const isEmpty = async (): Promise<boolean> => (await readdir(folder)).every((name) => !name.endsWith('.reply'));
  /** A fencing token of the session that was granted once. */
  const tokenOf = async (session: string): Promise<number> => {
    const lease = await onApp.client('gateway-0', { events: false, ...(options.apiKey !== undefined && { apiKey: options.apiKey }) }).acquire(session);
    await lease.release();
    return lease.fencingToken;
  };
  return { ...onApp, folder, spool, isEmpty, tokenOf };
};

t.test('what the spool has is parked before anything that is due is looked for, and delivered in its order', async (t) => {
  const { spool, folder, courier, record, requests, passing, park, tokenOf, isEmpty } = await begin(t);
  const fencingToken = await tokenOf('s');
  await park('s', 'late');
  for (const replyId of ['1', '2']) await spool.keep(spoolEntry({ session: 's', replyId, fencingToken }));
  courier({}, {}, { spoolFolder: folder });
  await passing('all are delivered', () => record.includes('deliver s/late'));
  t.same(record.filter((line) => line.startsWith('deliver')), ['deliver s/1', 'deliver s/2', 'deliver s/late']);
  t.equal(await isEmpty(), true);
  const dueAt = requests.findIndex((request) => request.includes('due=true'));
  t.ok(requests.slice(0, dueAt).filter((request) => request.startsWith('PUT /v1/replies/s/')).length >= 3, 'parked before the first look');
});

t.test('the service is away: nothing of the spool is lost, and it is flushed when the service is back, without anybody asking', async (t) => {
  const { spool, folder, store, courier, record, passing, tokenOf, isEmpty, errors } = await begin(t);
  const fencingToken = await tokenOf('s');
  store.fault = new StoreUnavailableError('down', 'unknown');
  await spool.keep(spoolEntry({ session: 's', replyId: '1', fencingToken, committed: true }));
  courier({}, {}, { spoolFolder: folder, requestTimeoutMs: 100 });
  await passing('it tells of it', () => errors.length > 2);
  t.equal(await isEmpty(), false);
  store.fault = undefined;
  await spool.keep(spoolEntry({ session: 's', replyId: '2', fencingToken }));
  await passing('all are delivered', () => record.includes('deliver s/2'));
  t.same(record, ['deliver s/1', 'commit s/2', 'deliver s/2']);
  t.equal(await isEmpty(), true);
});

t.test('a wrong key leaves the spool alone', async (t) => {
  const { spool, folder, courier, passing, tokenOf, errors } = await begin(t, { apiKey: 'the-right-key' });
  await spool.keep(spoolEntry({ session: 's', fencingToken: await tokenOf('s') }));
  courier({}, {}, { spoolFolder: folder, apiKey: 'the-wrong-key' });
  await passing('it tells of it', () => errors.length > 3);
  for (const error of errors) t.match(error, { name: 'UnauthorizedError' });
  t.equal((await readdir(folder)).length, 1);
});

t.test('what the service will never take is moved aside, and the rest is delivered', async (t) => {
  const { spool, folder, courier, record, passing, tokenOf } = await begin(t);
  const fencingToken = await tokenOf('s');
  await spool.keep(spoolEntry({ session: 's', replyId: 'above', fencingToken: fencingToken + 1e9 }));
  await spool.keep(spoolEntry({ session: 's', replyId: 'fine', fencingToken }));
  courier({}, {}, { spoolFolder: folder });
  await passing('the other is delivered', () => record.includes('deliver s/fine'));
  t.equal((await readdir(join(folder, 'refused'))).filter((name) => name.endsWith('.reply')).length, 1);
});

t.test('a spool that cannot be read is told, and keeps nothing from being delivered', async (t) => {
  const { folder, courier, park, record, passing, errors } = await begin(t);
  await mkdir(join(folder, '..'), { recursive: true });
  await writeFile(folder, 'a file where the folder should be');
  await chmod(folder, 0o600);
  await park('s', '1');
  courier({}, {}, { spoolFolder: folder });
  await passing('it is delivered', () => record.includes('deliver s/1'));
  await until('it is told', () => errors.length > 0);
  t.match(errors[0], { name: 'SpoolError', cause: { code: 'ENOTDIR' } });
});
