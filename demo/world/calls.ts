/** The gateways' calls to the model provider and to the chat channel. */
import type { Delivery } from './channel.ts';

const post = async (url: string, body: object, signal?: AbortSignal): Promise<Response> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: signal ?? null,
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
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

const DELIVERY_ATTEMPTS = 3;

/** Sends the user a reply or an apology, and answers once the channel has recorded it. */
export const deliver = async (channelUrl: string, delivery: Delivery): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await post(channelUrl, delivery);
      return;
    } catch (error) {
      if (!isConnectionReset(error) || attempt >= DELIVERY_ATTEMPTS) throw error;
    }
  }
};
