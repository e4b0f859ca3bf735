/** Whether the caller of a request is still there. */
import type { FastifyReply } from 'fastify';
import type { Caller } from '../session/service.ts';

/**
 * Watches the answer's side of the connection. (The request's own signal is of no use: it fires as soon as a body has
 * been read.) A close after the answer was written out is no departure.
 */
export const callerOf = ({ raw }: FastifyReply): Caller => {
  const isGone = (): boolean => raw.destroyed && !raw.writableFinished;
  return {
    get closed() {
      return isGone();
    },
    onClose: (listener) => {
      if (isGone()) {
        listener();
        return;
      }
      raw.once('close', () => {
        if (!raw.writableFinished) listener();
      });
    },
  };
};
