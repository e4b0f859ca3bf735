// Callers that are gone before their answer: what becomes of their place, and of their grant.
import t from 'tap';
import type { Command, OutcomeOf } from '../../service/src/session/commands.ts';
import type { SessionName } from '../../service/src/session/store.ts';
import { acquire, inspect, leaseIdOf, pathOf } from '../support/inject.ts';
import { listeningApp } from '../support/listening-app.ts';
import { RawHttp } from '../support/raw-http.ts';
import { until } from '../support/until.ts';

const put = (session: string, name: string, waitMs: number): string => {
  const body = JSON.stringify({ holder: name, waitMs });
  return `PUT ${pathOf(session)} HTTP/1.1\r\nhost: h\r\nlease-id: ${leaseIdOf(name)}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
};

t.test('a caller that closes its connection after the answer has left nothing: its lease lives on', async (t) => {
  const { app, port, connections } = await listeningApp(t);
  const socket = await RawHttp.open(port);
  socket.send(put('s', 'a', 60_000));
  await until('it was answered', () => socket.received.includes('fencingToken'));
  socket.reset();
  await socket.untilClosed();
  await until('the server has seen the close', () => connections[0]!.destroyed);
  t.ok((await inspect(app, 's')).json().remainingMs > 20_000);
});

t.test('a waiter whose connection breaks loses its place within seconds, not after its wait', async (t) => {
  const { app, port } = await listeningApp(t);
  await acquire(app, 's', 'a');
  const socket = await RawHttp.open(port);
  socket.send(put('s', 'w', 60_000));
  await until('it waits', async () => (await inspect(app, 's')).json().waiters.length === 1);
  socket.reset();
  await until('its ticket has lapsed', async () => (await inspect(app, 's')).json().waiters.length === 0, { withinMs: 10_000, everyMs: 50 });
  t.match((await inspect(app, 's')).json(), { holder: 'a', waiters: [] });
});

t.test('of several requests on one connection, each is known to be gone', async (t) => {
  const { app, port } = await listeningApp(t);
  await acquire(app, 's', 'a');
  const socket = await RawHttp.open(port);
  socket.send(put('s', 'w1', 60_000) + put('s', 'w2', 60_000));
  await until('both wait', async () => (await inspect(app, 's')).json().waiters.length === 2);
  socket.reset();
  await until('both tickets have lapsed', async () => (await inspect(app, 's')).json().waiters.length === 0, { withinMs: 10_000, everyMs: 50 });
  t.match((await inspect(app, 's')).json(), { holder: 'a', waiters: [] });
});

t.test('a grant that nobody was there to hear becomes an offer', async (t) => {
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
