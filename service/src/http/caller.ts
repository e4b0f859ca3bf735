/** Whether the caller of a request is still there. */
import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { Caller } from '../session/service.ts';

/**
 * Watches the answer's side of the connection. (The request's own signal is of no use: it fires as soon as a body has
 * been read.) A close after the answer was written out is no departure.
 */
class AnswerSide implements Caller {
  readonly #raw: ServerResponse;

  constructor(raw: ServerResponse) {
    this.#raw = raw;
  }

  get closed(): boolean {
    return this.#raw.destroyed && !this.#raw.writableFinished;
  }

  onClose(listener: () => void): void {
    if (this.closed) {
      listener();
      return;
    }
    this.#raw.once('close', () => {
      if (!this.#raw.writableFinished) listener();
    });
  }
}

// A class, since an object literal with a getter makes a hidden class of its own each time, and the engine keeps the request with it.
export const callerOf = ({ raw }: FastifyReply): Caller => new AnswerSide(raw);
