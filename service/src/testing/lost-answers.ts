/** Answers that are to be lost on their way: each is claimed by a request when it arrives, and cut off when it is answered. */
import type { IncomingMessage } from 'node:http';

/** Which request. Without members: any but the opening of an event stream. */
export interface RequestMatch {
  /** Its method, in capitals: `PUT`. */
  readonly method?: string;
  /** How its path begins, or an expression that finds something in it. The path is as it was sent, percent-encoded, with its query. */
  readonly path?: string | RegExp;
}

/** An answer that was lost, as the service gave it. */
export interface LostAnswer {
  readonly method: string;
  readonly path: string;
  /** The status that nobody heard. */
  readonly status: number;
}

interface Wanted {
  readonly match: RequestMatch;
  resolve(lost: LostAnswer): void;
  reject(error: Error): void;
}

const EVENTS_PATH = '/v1/events';
/** Answers that may wait to be lost. */
const WANTED_MAX = 1_000;

const matches = ({ method, path }: RequestMatch, request: IncomingMessage): boolean => {
  const { method: givenMethod, url = '' } = request;
  if (method !== undefined && method !== givenMethod) return false;
  if (path === undefined) return !url.startsWith(EVENTS_PATH);
  // A search starts at the beginning, whatever an expression with the flag `g` remembers.
  return typeof path === 'string' ? url.startsWith(path) : url.search(path) >= 0;
};

export class LostAnswers {
  readonly #wanted: Wanted[] = [];
  readonly #claimed = new Map<IncomingMessage, Wanted>();

  /** The next request that matches will not hear its answer. Resolves when that has happened. @throws RangeError */
  next(match: RequestMatch): Promise<LostAnswer> {
    if (this.#wanted.length >= WANTED_MAX) throw new RangeError(`dropNextAnswer: ${WANTED_MAX} answers are waiting to be lost already`);
    const { promise, resolve, reject } = Promise.withResolvers<LostAnswer>();
    // Whoever does not ask whether it happened is not told that it never did.
    promise.catch(() => {});
    this.#wanted.push({ match, resolve, reject });
    return promise;
  }

  /** A request has arrived. */
  arrived(request: IncomingMessage): void {
    const index = this.#wanted.findIndex(({ match }) => matches(match, request));
    if (index >= 0) this.#claimed.set(request, this.#wanted.splice(index, 1)[0]!);
  }

  /** A request is about to be answered; cuts its connection if the answer is to be lost. */
  answered(request: IncomingMessage, status: number): void {
    const wanted = this.#claimed.get(request);
    if (!wanted) return;
    this.#claimed.delete(request);
    const { method = '', url: path = '', socket } = request;
    socket.resetAndDestroy();
    wanted.resolve({ method, path, status });
  }

  /** Nothing more will be answered. */
  close(error: Error): void {
    for (const { reject } of [...this.#wanted.splice(0), ...this.#claimed.values()]) reject(error);
    this.#claimed.clear();
  }
}
