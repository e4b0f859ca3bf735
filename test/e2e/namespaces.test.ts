/**
 * One namespace never sees another's names or contents (S17): two of them work at random on sessions of the same names, each leaves its mark in everything that it
 * writes, and none of it may turn up in what the other is told: answers, errors, events. `HOLDFAST_SEED` repeats a run.
 */
import { join } from 'node:path';
import t from 'tap';
import { SCOPES } from '../../service/src/access/scopes.ts';
import { createKey } from '../support/create-key.ts';
import { eachStore, IS_LONG } from '../support/each-store.ts';
import { inParallel } from '../support/in-parallel.ts';
import { spawnService } from '../support/spawn-service.ts';
import { Tenant } from '../support/tenant.ts';
import { until } from '../support/until.ts';

t.setTimeout(IS_LONG ? 600_000 : 120_000);

const SEED = Number(process.env['HOLDFAST_SEED'] ?? Date.now() % 1_000_000);
const STEPS = IS_LONG ? 10_000 : 500;
const AT_ONCE = 6;
eachStore(t, `seed ${SEED}: two namespaces on sessions of the same names`, async (test, { store }) => {
  const file = join(test.testdir({}), 'keys.json');
  const keys = ['red', 'blue'].map((namespace) => createKey(file, namespace, SCOPES));
  const { baseUrl } = await spawnService(test, { store, env: { HOLDFAST_KEYS: file, HOLDFAST_LOG_LEVEL: 'silent' } });
  const [red, blue] = ['red', 'blue'].map((name, nth) => new Tenant(name, { baseUrl, key: keys[nth]!, seed: SEED + nth })) as [Tenant, Tenant];
  red.against(blue);
  blue.against(red);
  const over = new AbortController();
  const watching = [red, blue].map((tenant) => tenant.watch(over.signal));

  const steps = Array.from({ length: 2 * STEPS }, (_, nth) => (nth % 2 === 0 ? red : blue));
  await inParallel(steps, 2 * AT_ONCE, (tenant) => tenant.step());
  await until('both have heard of their own', () => red.events > STEPS / 20 && blue.events > STEPS / 20);
  over.abort();
  await Promise.all(watching);

  for (const tenant of [red, blue]) {
    test.same(tenant.leaks.slice(0, 5), [], `${tenant.leaks.length} leaks in ${tenant.answers} answers and ${tenant.events} events`);
    for (const status of [200, 201, 404, 409]) test.ok((tenant.statuses.get(status) ?? 0) > 0, `some were answered ${status}`);
    test.notOk([...tenant.statuses.keys()].some((status) => status >= 500), 'none was a fault of the service');
  }
  test.comment(`${red.leaks.length + blue.leaks.length} leaks in ${red.answers + blue.answers} answers and ${red.events + blue.events} events`);
});
