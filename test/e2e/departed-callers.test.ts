// Callers that are gone before their answer: what becomes of their place, and of their grant.
import t, { type Test } from 'tap';
import type { Command, OutcomeOf } from '../../service/src/session/commands.ts';
import type { SessionName } from '../../service/src/session/store.ts';
import { eachStoreInFull } from '../support/each-store.ts';
import { inspect, leaseIdOf, pathOf } from '../support/inject.ts';
import { LeaseApi } from '../support/lease-api.ts';
import { listeningApp } from '../support/listening-app.ts';
import { RawHttp } from '../support/raw-http.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { waitersOf } from '../support/rival.ts';
import { spawnService, type SpawnServiceOptions } from '../support/spawn-service.ts';
import { pause, until } from '../support/until.ts';

// Most of the time is waited for grace to end.
t.jobs = 4;

const put = (session: string, name: string, waitMs: number): string => {
  const body = JSON.stringify({ holder: name, waitMs });
  return `PUT ${pathOf(session)} HTTP/1.1\r\nhost: 127.0.0.1\r\nlease-id: ${leaseIdOf(name)}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
};

const setUp = async (test: Test, options: SpawnServiceOptions): Promise<{ port: number; api: LeaseApi }> => {
  const { port, baseUrl } = await spawnService(test, options);
  const api = new LeaseApi(baseUrl);
  test.teardown(() => api.close());
  return { port, api };
};

const lapsed = (api: LeaseApi, session: string): Promise<boolean> =>
  until('nobody waits any more', async () => (await waitersOf(api, session)) === 0, { withinMs: 10_000, everyMs: 50 });

eachStoreInFull(t, 'callers that are gone', async (test, { store }) => {
  const { port, api } = await setUp(test, { store });
  // Most of the time is waited for grace to end.
  test.jobs = 3;

  void test.test('a caller that closes its connection after the answer has left nothing: its lease lives on', async (inner) => {
    const socket = await RawHttp.open(port);
    socket.send(put('answered', 'a', 60_000));
    await until('it was answered', () => socket.received.includes('fencingToken'));
    socket.reset();
    await socket.untilClosed();
    await pause(300); // in which the service has seen the close
    inner.ok((await api.inspect('answered')).body.remainingMs! > 20_000);
  });

  void test.test('a waiter whose connection breaks loses its place within seconds, not after its wait', async (inner) => {
    await api.acquire('one', leaseIdOf('a'), { holder: 'a' });
    const socket = await RawHttp.open(port);
    socket.send(put('one', 'w', 60_000));
    await until('it waits', async () => (await waitersOf(api, 'one')) === 1);
    socket.reset();
    await lapsed(api, 'one');
    inner.match((await api.inspect('one')).body, { holder: 'a', waiters: [] });
  });

  void test.test('of several requests on one connection, each is known to be gone', async (inner) => {
    await api.acquire('several', leaseIdOf('a'), { holder: 'a' });
    const socket = await RawHttp.open(port);
    socket.send(put('several', 'w1', 60_000) + put('several', 'w2', 60_000));
    await until('both wait', async () => (await waitersOf(api, 'several')) === 2);
    socket.reset();
    await lapsed(api, 'several');
    inner.match((await api.inspect('several')).body, { holder: 'a', waiters: [] });
  });
});

t.test('embedded: a grant that nobody was there to hear becomes an offer', async (t) => {
  const { app, port, store, connections } = await listeningApp(t);
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const carryOut = store.apply.bind(store);
  store.apply = async <C extends Command>(name: SessionName, command: C): Promise<OutcomeOf<C>> => {
    const outcome = await carryOut(name, command);
    if (command.kind === 'acquire') await gate;
    return outcome;
  };
  const socket = await RawHttp.open(port);
  socket.send(put('s', 'a', 0));
  await until('it is granted, and not told yet', async () => (await inspect(app, 's')).json().held);
  t.ok((await inspect(app, 's')).json().remainingMs > 20_000);
  socket.reset();
  await until('the server has seen the close', () => connections[0]!.destroyed);
  open();
  await until('it is an offer', async () => (await inspect(app, 's')).json().remainingMs <= 5_000);
  await until('it has lapsed', async () => !(await inspect(app, 's')).json().held, { withinMs: 10_000, everyMs: 50 });
  t.match((await inspect(app, 's')).json().previous, { holder: 'a', endedBecause: 'expired' });
});

t.test('redis: a grant that nobody was there to hear becomes an offer', async (t) => {
  const redis = await startRedisServer(t);
  const { port, api } = await setUp(t, { store: { redis: redis.url } });
  const socket = await RawHttp.open(port);
  // Redis carries the command out when it goes on, and its caller is gone by then.
  redis.pause();
  socket.send(put('s', 'a', 0));
  await pause(100);
  socket.reset();
  await socket.untilClosed();
  redis.resume();
  await until('it is an offer', async () => {
    const { body } = await api.inspect('s');
    return body.held && body.remainingMs! <= 5_000;
  });
  await until('it has lapsed', async () => !(await api.inspect('s')).body.held, { withinMs: 10_000, everyMs: 50 });
  t.match((await api.inspect('s')).body.previous, { holder: 'a', endedBecause: 'expired' });
});
