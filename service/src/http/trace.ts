/** W3C trace context: a request may say which trace it belongs to, and what is logged of it says so too. */
import type { FastifyRequest } from 'fastify';

/** Version, trace id, parent id, flags; ids of zeros only are none. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:$|-)/;

export const traceIdOf = ({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined => {
  const { traceparent } = headers;
  return typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent)?.[1] : undefined;
};
