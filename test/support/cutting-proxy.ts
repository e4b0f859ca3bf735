/**
 * A TCP proxy on loopback that harms connections on purpose, byte by byte. It reads request lines as they pass, so that a
 * test can choose which request is harmed, and can count them. It expects one request at a time on a connection.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';

/** What becomes of one request's connection. */
export type Fate =
  | { readonly kind: 'pass' }
  /** The client gets exactly so many bytes of the answer, then a reset (`rst`) or an orderly end (`fin`). */
  | { readonly kind: 'cut'; readonly afterAnswerBytes: number; readonly how: 'rst' | 'fin' }
  /** The client gets so many bytes of the answer, then nothing more; the connection stays open. */
  | { readonly kind: 'stall'; readonly afterAnswerBytes: number }
  /** The request never reaches the service, and the client hears nothing; the connection stays open. */
  | { readonly kind: 'swallow' };

export const PASS: Fate = { kind: 'pass' };

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  /** Bytes that the service has answered to it so far, whatever the client got of them. */
  answerBytes: number;
}

interface Pair {
  readonly client: Socket;
  readonly service: Socket;
  request: SeenRequest | undefined;
  fate: Fate;
}

/** Node leaks a socket that is reset after its orderly end was begun (EINVAL), and then never gets through its own exit. */
const reset = (socket: Socket): void => {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
};

const REQUEST_LINE = /^([A-Z]+) (\S+) HTTP\/1\.1\r\n/;

export class CuttingProxy {
  /** Chooses the fate of a request by its line. */
  fateOf: (request: SeenRequest) => Fate = () => PASS;
  /** Every request line seen so far, swallowed ones too. */
  readonly requests: SeenRequest[] = [];
  /** Connections that were cut so far. */
  cuts = 0;
  #targetPort: number;
  readonly #pairs = new Set<Pair>();
  readonly #server = createServer((client) => this.#accept(client));

  /** @param targetPort the service's port on 127.0.0.1 */
  constructor(targetPort: number) {
    this.#targetPort = targetPort;
  }

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Cuts, now, the connections whose newest request is one of these. */
  cutNow(which: (request: SeenRequest) => boolean, how: 'rst' | 'fin' = 'rst'): void {
    for (const pair of this.#pairs) if (pair.request && which(pair.request)) this.#cut(pair, how);
  }

  /** Stops listening and ends every connection. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const { client, service } of this.#pairs) {
      client.destroy();
      service.destroy();
    }
    await closed;
  }

  #accept(client: Socket): void {
    const service = connect({ port: this.#targetPort, host: '127.0.0.1', noDelay: true });
    client.setNoDelay(true);
    const pair: Pair = { client, service, request: undefined, fate: PASS };
    this.#pairs.add(pair);
    client.on('data', (chunk) => this.#toService(pair, chunk));
    service.on('data', (chunk) => this.#toClient(pair, chunk));
    client.on('end', () => service.end());
    service.on('end', () => {
      if (pair.fate.kind !== 'stall' && pair.fate.kind !== 'swallow') client.end();
    });
    // Both sides fail on purpose here; 'close' follows and tidies up.
    client.on('error', () => reset(service));
    service.on('error', () => reset(client));
    client.on('close', () => {
      this.#pairs.delete(pair);
      service.destroy();
    });
    service.on('close', () => {
      if (pair.fate.kind === 'pass') client.destroySoon();
    });
  }

  #toService(pair: Pair, chunk: Buffer): void {
    const [, method, path] = REQUEST_LINE.exec(chunk.toString('latin1', 0, 4_096)) ?? [];
    if (method !== undefined && path !== undefined) {
      pair.request = { method, path, answerBytes: 0 };
      this.requests.push(pair.request);
      pair.fate = this.fateOf(pair.request);
    }
    if (pair.fate.kind !== 'swallow') pair.service.write(chunk);
  }

  #toClient(pair: Pair, chunk: Buffer): void {
    const { fate, request } = pair;
    if (!request) return;
    const passed = request.answerBytes;
    request.answerBytes += chunk.length;
    if (fate.kind === 'pass') pair.client.write(chunk);
    else if (fate.kind !== 'swallow') this.#toClientUpTo(pair, chunk.subarray(0, Math.max(0, fate.afterAnswerBytes - passed)), fate);
  }

  #toClientUpTo({ client, service, request }: Pair, rest: Buffer, fate: Fate & { kind: 'cut' | 'stall' }): void {
    const pair = { client, service };
    const cut = fate.kind === 'cut' && request !== undefined && request.answerBytes >= fate.afterAnswerBytes ? fate.how : undefined;
    // A reset throws away what the kernel has not sent, so it waits until the last byte is out.
    if (rest.length > 0) client.write(rest, () => cut && this.#cut(pair, cut));
    else if (cut) this.#cut(pair, cut);
  }

  #cut(pair: Pick<Pair, 'client' | 'service'>, how: 'rst' | 'fin'): void {
    if (pair.client.destroyed) return;
    this.cuts += 1;
    if (how === 'rst') reset(pair.client);
    else pair.client.destroySoon();
    pair.service.destroy();
  }
}

/** Starts a proxy before the service at `targetPort`, and ends it with the test. */
export const startCuttingProxy = async (t: { teardown(end: () => Promise<void>): void }, targetPort: number): Promise<CuttingProxy> => {
  const proxy = await new CuttingProxy(targetPort).listen();
  t.teardown(() => proxy.close());
  return proxy;
};
