// A subscription that is made again after each reconnect, however often the connection is lost on the way.
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import { makeConnection } from '../../../../service/src/stores/redis/connections.ts';
import { subscribe } from '../../../../service/src/stores/redis/subscription.ts';

const SUBSCRIBED = '*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n';
const MESSAGE = '*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$5\r\nhello\r\n';

/** A server whose nth connection, from 1, meets SUBSCRIBE as the test says. */
const server = async (t: Test, onSubscribe: (nth: number, socket: Socket) => void): Promise<number> => {
  const sockets = new Set<Socket>();
  const listening = createServer((socket) => {
    const nth = sockets.add(socket).size;
    socket.on('error', () => {}); // a client that goes away
    socket.on('data', (bytes: Buffer) => {
      for (const [, name = ''] of bytes.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)) {
        if (name.toUpperCase() === 'SUBSCRIBE') onSubscribe(nth, socket);
        else socket.write(name.toUpperCase() === 'INFO' ? '$9\r\nloading:0\r\n' : `-ERR unknown command '${name}'\r\n`);
      }
    });
  }).listen(0, '127.0.0.1');
  await once(listening, 'listening');
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    listening.close();
  });
  return (listening.address() as AddressInfo).port;
};

t.test('it is made again, and one that is cut off while it is made ends nothing', async (t) => {
  const connections: number[] = [];
  const port = await server(t, (nth, socket) => {
    connections.push(nth);
    // The second and the third are cut off before they are answered, the others after a message.
    if (nth === 2 || nth === 3) socket.destroy();
    else socket.end(SUBSCRIBED + MESSAGE);
  });
  const subscription = makeConnection({ address: { host: '127.0.0.1', port, db: 0, tls: false }, name: 'test', reconnectDelayMs: () => 0 });
  subscription.on('error', () => {}); // its next attempt comes by itself
  t.teardown(() => subscription.disconnect());
  await subscription.connect();

  const subscribed: number[] = [];
  const { promise: twice, resolve } = Promise.withResolvers<void>();
  const messages: string[] = [];
  await subscribe({
    link: { subscription },
    channels: ['news'],
    onMessage: (channel, message) => void (messages.push(`${channel}: ${message}`) === 2 && resolve()),
    onSubscribed: () => void subscribed.push(connections.at(-1)!),
  });
  await twice;
  t.strictSame(messages, ['news: hello', 'news: hello']);
  t.strictSame(subscribed, [1, 4]);
  t.strictSame(connections.slice(0, 4), [1, 2, 3, 4]);
});

t.test('a first subscription that is refused is told to whoever makes it', async (t) => {
  const port = await server(t, (_nth, socket) => socket.write("-NOPERM No permissions to access a channel\r\n"));
  const subscription = makeConnection({ address: { host: '127.0.0.1', port, db: 0, tls: false }, name: 'test', reconnectDelayMs: () => 0 });
  subscription.on('error', () => {}); // the subscribing call fails as well
  t.teardown(() => subscription.disconnect());
  await subscription.connect();
  await t.rejects(subscribe({ link: { subscription }, channels: ['news'], onMessage: () => {}, onSubscribed: () => {} }), /NOPERM/);
});
