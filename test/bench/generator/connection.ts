/** One HTTP connection that carries one request at a time. It reads no more of an answer than it is asked to. */
import { Client, type Dispatcher } from 'undici';

export interface Request {
  readonly method: 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly leaseId?: string | undefined;
  readonly body?: string | Buffer | undefined;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A server answered what the load does not expect, so nothing that was measured would mean anything. */
export class UnexpectedAnswerError extends Error {
  override readonly name = 'UnexpectedAnswerError';
}

const headersOf = ({ leaseId, body }: Request): Record<string, string> => ({
  ...(leaseId !== undefined && { 'lease-id': leaseId }),
  ...(body !== undefined && { 'content-type': 'application/json' }),
});

export class Connection {
  readonly #client: Client;

  constructor(baseUrl: string) {
    this.#client = new Client(baseUrl, { pipelining: 1, headersTimeout: 70_000, bodyTimeout: 70_000 });
  }

  /** Sends a request and reads its whole answer. */
  ask(request: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let status = 0;
      this.#client.dispatch(this.#options(request), {
        onRequestStart() {},
        onResponseStart(_controller, statusCode) {
          status = statusCode;
        },
        onResponseData(_controller, chunk) {
          chunks.push(chunk);
        },
        onResponseEnd() {
          resolve({ status, body: Buffer.concat(chunks).toString() });
        },
        onResponseError(_controller, error) {
          reject(error);
        },
      });
    });
  }

  /** Sends a request and reads of its answer only whether it is the expected one; what is not is told whole. */
  async expect(request: Request, expected: number): Promise<void> {
    const { status, body } = await this.#unexpected(request, expected);
    if (status !== expected) throw new UnexpectedAnswerError(`${request.method} ${request.path}: ${status}, where ${expected} was expected: ${body}`);
  }

  #unexpected(request: Request, expected: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      let status = 0;
      let body = '';
      this.#client.dispatch(this.#options(request), {
        onRequestStart() {},
        onResponseStart(_controller, statusCode) {
          status = statusCode;
        },
        onResponseData(_controller, chunk) {
          if (status !== expected) body += chunk.toString();
        },
        onResponseEnd() {
          resolve({ status, body });
        },
        onResponseError(_controller, error) {
          reject(error);
        },
      });
    });
  }

  #options(request: Request): Dispatcher.DispatchOptions {
    return { method: request.method, path: request.path, headers: headersOf(request), body: request.body ?? null };
  }

  /** Waits for nothing: what is under way is cut off. */
  async cut(): Promise<void> {
    await this.#client.destroy();
  }
}

/** Opens `count` connections for `use`, to several servers in turns, and cuts them whatever comes of it. */
export const withConnections = async <T>(to: string | readonly string[], count: number, use: (connections: readonly Connection[]) => Promise<T>): Promise<T> => {
  const baseUrls = typeof to === 'string' ? [to] : to;
  const connections = Array.from({ length: count }, (_, index) => new Connection(baseUrls[index % baseUrls.length]!));
  try {
    return await use(connections);
  } finally {
    await Promise.all(connections.map((connection) => connection.cut()));
  }
};
