import { AsyncLocalStorage } from 'node:async_hooks';
import t from 'tap';
import { EndpointWatch } from '../../client/src/endpoint-watch.ts';
import { Endpoints, openPool } from '../../client/src/endpoints.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { turns } from '../support/scripted-exchange.ts';

const begin = () => {
  const clock = new FakeClock();
  const endpoint = new Endpoints(['http://a.test'], openPool).current;
  const looks: { readonly context: unknown; done(): void }[] = [];
  const storage = new AsyncLocalStorage<string>();
  const watch = new EndpointWatch(clock, async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    looks.push({ context: storage.getStore(), done: resolve });
    await promise;
  });
  return { clock, endpoint, looks, storage, watch };
};

t.test('an endpoint is looked at every second while somebody waits there, once for all of them', async (t) => {
  const { clock, endpoint, looks, watch } = begin();
  const ends = [watch.begin(endpoint), watch.begin(endpoint)];
  clock.advance(999);
  t.equal(looks.length, 0);
  clock.advance(1);
  t.equal(looks.length, 1);
  clock.advance(5_000);
  t.equal(looks.length, 1, 'not again while a look is under way');
  looks[0]!.done();
  await turns();
  ends[0]!();
  clock.advance(1_000);
  t.equal(looks.length, 2, 'one waits still');
  looks[1]!.done();
  await turns();
  ends[1]!();
  t.equal(clock.armed, 0, 'and with the last it ends');
});

t.test('a wait that ends during a look ends the watch; one that comes then begins its own', async (t) => {
  const { clock, endpoint, looks, watch } = begin();
  const end = watch.begin(endpoint);
  clock.advance(1_000);
  end();
  const endAnother = watch.begin(endpoint);
  t.equal(clock.armed, 1);
  looks[0]!.done();
  await turns();
  t.equal(clock.armed, 1, 'not two of them');
  endAnother();
  t.equal(clock.armed, 0);
});

t.test('looks do not run in the asynchronous context of the first who waits', async (t) => {
  const { clock, endpoint, looks, storage, watch } = begin();
  const end = storage.run('a turn', () => watch.begin(endpoint));
  clock.advance(1_000);
  t.same(looks.map(({ context }) => context), [undefined]);
  end();
});
