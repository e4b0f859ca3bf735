/** Stands in for a model provider, a chat service and a mail server, so that the gateway can be tried without any. Tells on standard output what it receives. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

interface Received {
  readonly messages?: readonly string[];
  readonly conversation?: string;
  readonly to?: string;
  readonly messageId?: string;
  readonly text?: string;
}

const port = Number(process.env['STAND_INS_PORT'] ?? 7600);
const known = new Set<string>();
let calls = 0;

const server = createServer(async (request, response) => {
  const body = (await json(request)) as Received;
  if (request.url === '/model') {
    calls += 1;
    // A provider as it is: every third call breaks off.
    if (calls % 3 === 0) return void request.socket.resetAndDestroy();
    const said = body.messages ?? [];
    return void response.end(JSON.stringify({ text: `You said "${said.at(-1)}", after ${said.length - 1} lines.` }));
  }
  // A channel as it should be: the same id is taken once.
  const id = String(request.headers['idempotency-key'] ?? body.messageId);
  if (!known.has(id)) process.stdout.write(`${request.url} ${body.conversation ?? body.to}: ${body.text}\n`);
  known.add(id);
  response.writeHead(204).end();
});
server.listen(port, '127.0.0.1', () => process.stdout.write(`The stand-ins listen on http://127.0.0.1:${(server.address() as AddressInfo).port}\n`));
