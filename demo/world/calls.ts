/** The gateways' calls to the model provider and to the chat channel. */
import type { Delivery } from './channel.ts';

/** Somebody answered, and said no. */
export class CallError extends Error {
  override readonly name = 'CallError';
  /** The HTTP status of the answer. */
  readonly status: number;

  constructor(status: number, words: string) {
    super(`answered ${status}: ${words}`);
    this.status = status;
  }
}

const post = async (url: string, body: object, signal?: AbortSignal): Promise<Response> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: signal ?? null,
  });
  if (!response.ok) throw new CallError(response.status, await response.text());
  return response;
};

/** Asks the model for the reply to a message. Rejects when the provider resets the connection. */
export const complete = async (providerUrl: string, messageId: string, signal?: AbortSignal): Promise<string> => {
  const response = await post(providerUrl, { messageId }, signal);
  return ((await response.json()) as { text: string }).text;
};

const RESET_CODES = new Set(['ECONNRESET', 'UND_ERR_SOCKET', 'EPIPE']);

/** Whether a call failed because the connection was reset: then it is worth another attempt. */
export const isConnectionReset = (error: unknown): boolean => {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && RESET_CODES.has(String(cause.code));
};

/** Whether a delivery that failed is worth another attempt: the channel is away, or its answer was lost. */
export const mayDeliverLater = (error: unknown): boolean => isConnectionReset(error) || (error instanceof CallError && error.status >= 500);

/** Sends the user a reply or an apology, once, and answers when the channel has recorded it. */
export const deliver = async (channelUrl: string, delivery: Delivery, signal?: AbortSignal): Promise<void> => {
  await post(channelUrl, delivery, signal);
};
