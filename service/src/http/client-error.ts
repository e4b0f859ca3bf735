/** What is answered to bytes that are no request: too slow, too large, or not HTTP. There is no reply object here, only the socket. */
import type { Duplex } from 'node:stream';
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import { HoldfastError } from '../session/errors.ts';
import { HEADER_BYTES_MAX, REQUEST_TIMEOUT_MS } from './limits.ts';
import { PROBLEM_TYPE, problemDocument, STATUSES } from './problem.ts';

/** Undefined for what ails the connection below HTTP, such as a TLS handshake that fails or does not end: whoever cannot speak with us hears nothing. */
const errorOf = (code = ''): HoldfastError | undefined => {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new HoldfastError('request-timeout', `The whole request must arrive within ${REQUEST_TIMEOUT_MS} ms.`);
    case 'HPE_HEADER_OVERFLOW':
      return new HoldfastError('headers-too-large', `All headers together must be at most ${HEADER_BYTES_MAX} bytes.`);
    default:
      return code.startsWith('HPE_') ? new HoldfastError('request-invalid', 'This is not a well-formed HTTP/1.1 request.') : undefined;
  }
};

/** Where Node keeps the answer that a socket is waiting for, which its own handler of these errors looks at too, and the request that is being read. */
interface HttpSocket extends Duplex {
  readonly _httpMessage?: ServerResponse | null;
  readonly parser?: { readonly incoming?: IncomingMessage | null } | null;
}

/**
 * Answers on the bare socket, and closes it. While a whole request of the connection is not answered, the socket is only
 * closed: the caller would take these bytes for that request's answer, and believe it refused when it was carried out.
 * So it is once a request was refused before its body was read: a second answer would be taken for that of the next one.
 */
export const answerClientError = (error: { code?: string }, socket: HttpSocket, context: { storeId: string; requestId: string }): void => {
  const isOwedAnAnswer = socket._httpMessage?.req.complete === true;
  const hasItsAnswer = socket._httpMessage == null && socket.parser?.incoming?.complete === false;
  const told = errorOf(error.code);
  if (!told || !socket.writable || isOwedAnAnswer || hasItsAnswer) {
    socket.destroy();
    return;
  }
  const status = STATUSES[told.code];
  const body = JSON.stringify(problemDocument(told, context.requestId));
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      `content-type: ${PROBLEM_TYPE}`,
      `content-length: ${Buffer.byteLength(body)}`,
      `holdfast-store: ${context.storeId}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
};
