/** Bare sockets that speak HTTP letter by letter: half requests, slow ones, broken ones. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export class RawHttp {
  /** Everything that came back so far. */
  received = '';
  readonly #socket: Socket;
  readonly #closed: Promise<unknown>;

  constructor(socket: Socket) {
    this.#socket = socket;
    // A reset is an end like any other here.
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => (this.received += chunk.toString()));
    this.#closed = new Promise((resolve) => socket.once('close', resolve));
  }

  static async open(port: number): Promise<RawHttp> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new RawHttp(socket);
  }

  send(text: string): void {
    this.#socket.write(text);
  }

  /** Stops taking what the other side sends. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Breaks the connection without a farewell. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  get isClosed(): boolean {
    return this.#socket.closed;
  }

  async untilClosed(): Promise<string> {
    await this.#closed;
    return this.received;
  }
}

/** The status line's number and the JSON body of one answer. */
export const parseAnswer = (text: string): { status: number; headers: string; body: Record<string, unknown> } => {
  const [headers = '', body = ''] = text.split('\r\n\r\n');
  return { status: Number(headers.split(' ')[1]), headers, body: body === '' ? {} : (JSON.parse(body) as Record<string, unknown>) };
};
