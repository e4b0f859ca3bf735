/** A way to the service that can be shut: connections through it are cut then, and nobody new comes in. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export class Gate {
  readonly #sockets = new Set<Socket>();
  readonly #server;
  #isShut: boolean;

  constructor(servicePort: number, state: 'shut' | 'open') {
    this.#isShut = state === 'shut';
    this.#server = createServer((client) => {
      if (this.#isShut) return void client.destroy();
      const service = connect({ port: servicePort, host: '127.0.0.1', noDelay: true });
      this.#keep(client, service);
      this.#keep(service, client);
      client.pipe(service).pipe(client);
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  set(state: 'shut' | 'open'): void {
    this.#isShut = state === 'shut';
    if (this.#isShut) for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.set('shut');
    await closed;
  }

  #keep(socket: Socket, peer: Socket): void {
    this.#sockets.add(socket);
    // A connection that breaks ends its other half, and is nothing to report: its process was killed, or the gate was shut.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#sockets.delete(socket);
      peer.destroy();
    });
  }
}
