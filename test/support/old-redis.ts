/** Something that speaks as an old Redis would, for as long as nobody asks it for more than its version. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Teardown } from './own-server.ts';

const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

const answerTo = (command: string, version: string): string => {
  if (command === 'INFO') return bulk(`# Server\r\nredis_version:${version}\r\nredis_mode:standalone\r\nloading:0\r\nrole:master\r\nconnected_slaves:0\r\nmaxmemory_policy:noeviction\r\naof_enabled:0\r\n`);
  if (command === 'SELECT' || command === 'CLIENT') return '+OK\r\n';
  return `-ERR unknown command \`${command}\`\r\n`;
};

/** Answers each whole command of the text, and gives back what is left of it. */
const answerAll = (text: string, socket: Socket, version: string): string => {
  for (let left = text; ; ) {
    const count = /^\*(\d+)\r\n/.exec(left);
    const whole = count && new RegExp(`^\\*\\d+\\r\\n(?:\\$\\d+\\r\\n([^\\r\\n]*)\\r\\n){${count[1]}}`).exec(left);
    if (!whole) return left;
    const [, name = ''] = /\$\d+\r\n([^\r\n]*)/.exec(whole[0]) ?? [];
    socket.write(answerTo(name.toUpperCase(), version));
    left = left.slice(whole[0].length);
  }
};

/** Starts one on a free port of loopback; it ends with the test. */
export const oldRedis = async (t: Teardown, version: string): Promise<{ readonly port: number }> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}); // a client that goes away
    let text = '';
    socket.on('data', (bytes: Buffer) => (text = answerAll(text + bytes.toString('latin1'), socket, version)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return { port: (server.address() as AddressInfo).port };
};
