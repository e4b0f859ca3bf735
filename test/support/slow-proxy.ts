/**
 * A process that passes bytes on between a port and a server on loopback, each way as much later as the last line on its standard input says, in
 * milliseconds. `node slow-proxy.ts <host> <port> <server's port>`
 */
import { connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

const [host = '', port = '', serverPort = ''] = process.argv.slice(2);
let delayMs = 0;
createInterface({ input: process.stdin }).on('line', (line) => (delayMs = Number(line)));

/** What came first leaves first, also where the delay has become shorter meanwhile. */
const passOn = (from: Socket, to: Socket): void => {
  let last: Promise<void> = Promise.resolve();
  const later = (act: () => void): void => {
    const due = new Promise<void>((resolve) => setTimeout(resolve, delayMs));
    last = last.then(() => due).then(act);
  };
  from.on('data', (chunk: Buffer) => later(() => to.destroyed || to.write(chunk)));
  from.on('close', () => later(() => to.destroy()));
  from.on('error', () => {}); // its close follows
};

createServer((client) => {
  const server = connect({ host: '127.0.0.1', port: Number(serverPort) });
  client.setNoDelay(true);
  server.setNoDelay(true);
  passOn(client, server);
  passOn(server, client);
}).listen(Number(port), host, () => process.stdout.write('listening\n'));
