/** SIGTERM while everything is in use: who waits is answered, streams end, idle connections are let go, and the process ends with 0. */
import t from 'tap';
import { once } from 'node:events';
import { get } from 'node:http';
import { connect } from 'node:net';
import { LeaseApi, newLeaseId } from '../support/lease-api.ts';
import { monotonicMs } from '../support/monotonic.ts';
import { waitersOf } from '../support/rival.ts';
import { spawnService } from '../support/spawn-service.ts';
import { until, within } from '../support/until.ts';

const WAITERS = 20;
const STREAMS = 5;
/** Far below any wait that is open here; a machine's noise fits in. */
const SOON_MS = 3_000;
/** A request whose client never finishes it is waited for this long, and a little. */
const BUSY_MS = 5_000;

/** Listens to events. `ended` resolves when the stream was ended in good order. */
const listenToEvents = async (baseUrl: string): Promise<{ ended: Promise<void> }> => {
  const { promise: opened, resolve, reject } = Promise.withResolvers<{ ended: Promise<void> }>();
  get(`${baseUrl}/v1/events`, { agent: false }, (answer) => {
    const ended = new Promise<void>((end, fail) => answer.on('end', end).on('error', fail).resume());
    ended.catch(() => {}); // awaited by the test; until then a failure is not unheard
    if (answer.statusCode === 200) resolve({ ended });
    else reject(new Error(`the event stream was answered ${answer.statusCode}`));
  }).on('error', reject);
  return opened;
};

void t.test('with open waits, event streams and kept connections', async (test) => {
  const service = await spawnService(test);
  const api = new LeaseApi(service.baseUrl);
  test.teardown(() => api.close());
  const leaseId = newLeaseId();
  await api.acquire('busy', leaseId, { holder: 'first', ttlMs: 60_000, waitMs: 0 });
  const waits = Array.from({ length: WAITERS }, (_, index) =>
    new LeaseApi(service.baseUrl).acquire('busy', newLeaseId(), { holder: `waiter-${index}`, ttlMs: 60_000, waitMs: 60_000 }),
  );
  await until('all wait', async () => (await waitersOf(api, 'busy')) === WAITERS);
  const streams = await Promise.all(Array.from({ length: STREAMS }, () => listenToEvents(service.baseUrl)));
  const mute = connect(service.port, '127.0.0.1'); // says nothing, ever
  mute.on('error', () => {}); // how it ends does not matter
  test.teardown(() => mute.destroy());
  await once(mute, 'connect');

  const askedMs = monotonicMs();
  const ended = await within('the service ends', service.end('SIGTERM'));
  const tookMs = monotonicMs() - askedMs;
  test.same(ended, { code: 0, signal: null }, 'it ends by itself, with 0');
  test.ok(tookMs < SOON_MS, `it took ${tookMs.toFixed(0)} ms`);
  const answers = await within('all waits are answered', Promise.all(waits));
  test.same(new Set(answers.map(({ status, body }) => `${status} ${body.code} ${body.outcome}`)), new Set(['503 shutting-down unknown']), 'who waited was told');
  test.ok(answers.every(({ headers }) => headers['retry-after'] !== undefined), 'and when to come again');
  await within('all streams ended', Promise.all(streams.map(({ ended: streamEnded }) => streamEnded)));
  test.comment(`SIGTERM with ${WAITERS} waits, ${STREAMS} streams: ${tookMs.toFixed(0)} ms`);

  await service.start();
  test.equal((await api.renew('busy', leaseId)).status, 200, 'the lease lives on in the next process');
});

void t.test('with a request that its client never finishes', async (test) => {
  const service = await spawnService(test);
  const half = connect(service.port, '127.0.0.1');
  half.on('error', () => {}); // it is cut, which is the point
  test.teardown(() => half.destroy());
  half.write(`PUT /v1/leases/half HTTP/1.1\r\nHost: 127.0.0.1\r\nLease-Id: ${newLeaseId()}\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"hol`);
  // Whatever is sent after it on another connection was read after it.
  const api = new LeaseApi(service.baseUrl);
  test.teardown(() => api.close());
  for (let asked = 0; asked < 10; asked++) await api.inspect('half');
  const askedMs = monotonicMs();
  const ended = await within('the service ends', service.end('SIGTERM'));
  const tookMs = monotonicMs() - askedMs;
  test.same(ended, { code: 0, signal: null }, 'it ends by itself, with 0');
  test.ok(tookMs < BUSY_MS + SOON_MS, `it took ${tookMs.toFixed(0)} ms`);
});
