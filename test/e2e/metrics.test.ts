// The metrics of running services, scraped as Prometheus does: they move with what happens, and of several instances over one Redis each event is counted once.
import t from 'tap';
import { eachStore } from '../support/each-store.ts';
import { LeaseApi, newLeaseId } from '../support/lease-api.ts';
import { spawnService } from '../support/spawn-service.ts';
import { until } from '../support/until.ts';

t.setTimeout(120_000);

const scrape = async (baseUrl: string): Promise<string> => {
  const answer = await fetch(`${baseUrl}/metrics`);
  if (answer.status !== 200 || !/^text\/plain; version=0\.0\.4/.test(answer.headers.get('content-type') ?? '')) throw new Error(`${answer.status} ${answer.headers.get('content-type')}`);
  return answer.text();
};

const valueIn = (text: string, sample: string): number => {
  const line = text.split('\n').find((one) => one.startsWith(`${sample} `));
  if (line === undefined) throw new Error(`there is no ${sample}`);
  return Number(line.slice(sample.length));
};

eachStore(t, 'a scrape tells what happened', async (test, { store, name }) => {
  const services = [await spawnService(test, { store }), ...(name === 'embedded' ? [] : [await spawnService(test, { store })])];
  const apis = services.map(({ baseUrl }) => new LeaseApi(baseUrl));
  test.teardown(() => apis.forEach((api) => api.close()));
  const at = (nth: number): LeaseApi => apis[nth % apis.length]!;
  const sumOf = async (sample: string): Promise<number> => (await Promise.all(services.map(async ({ baseUrl }) => valueIn(await scrape(baseUrl), sample)))).reduce((sum, value) => sum + value);
  const eachSays = (sample: string, wanted: number): Promise<unknown> =>
    until(`${sample} is ${wanted} at each`, async () => (await Promise.all(services.map(async ({ baseUrl }) => valueIn(await scrape(baseUrl), sample)))).every((value) => value === wanted), { everyMs: 50, withinMs: 10_000 });

  const ids = Array.from({ length: 10 }, newLeaseId);
  for (const [nth, id] of ids.entries()) await at(nth).acquire(`s${nth}`, id, { holder: 'g', ttlMs: 60_000 });
  await eachSays('holdfast_leases', 10);
  const waiting = at(1).acquire('s0', newLeaseId(), { holder: 'w', ttlMs: 60_000, waitMs: 30_000 });
  await eachSays('holdfast_waiters', 1);
  await at(1).release('s0', ids[0]!);
  test.equal((await waiting).status, 201);
  for (const [nth, id] of ids.entries()) if (nth > 0) await at(nth + 1).release(`s${nth}`, id);
  await eachSays('holdfast_leases', 1);
  await at(0).call({ method: 'POST', path: '/v1/leases/s0/revoke', body: { by: 'op', reason: 'r' } });
  await eachSays('holdfast_leases', 0);
  await eachSays('holdfast_waiters', 0);
  for (const [sample, wanted] of [
    ['holdfast_grants_total{waited="no"}', 10],
    ['holdfast_grants_total{waited="yes"}', 1],
    ['holdfast_leases_ended_total{reason="released"}', 10],
    ['holdfast_takeovers_total{reason="revoked"}', 1],
    ['holdfast_hold_seconds_count', 11],
    ['holdfast_wait_seconds_count', 1],
  ] as const) {
    await until(`${sample} is counted`, async () => (await sumOf(sample)) >= wanted, { everyMs: 50, withinMs: 10_000 });
    test.equal(await sumOf(sample), wanted, `${sample}, each counted once`);
  }
  const text = await scrape(services[0]!.baseUrl);
  test.ok(valueIn(text, 'process_resident_memory_bytes') > 10_000_000, 'the process is told of as well');
  test.ok(valueIn(text, `holdfast_loop_rounds_total{loop="${name === 'quorum' ? 'rounds' : 'sweep'}"}`) > 0, 'its loops go round');
  test.equal(valueIn(text, 'holdfast_state_losses_total'), 0);
});
