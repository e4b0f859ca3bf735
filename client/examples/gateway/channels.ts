/** How a reply goes out. Each channel gets the reply's id in its own way, and takes the same id once, however often it is sent. */
import type { ChannelName, Reply } from './message.ts';
import { post } from './post.ts';

export interface Sending {
  readonly replyId: string;
  readonly signal: AbortSignal;
}

export type Send = (reply: Reply, sending: Sending) => Promise<unknown>;

export const channelsAt = ({ chatUrl, mailUrl }: { readonly chatUrl: string; readonly mailUrl: string }): Readonly<Record<ChannelName, Send>> => ({
  chat: ({ to, text }, { replyId, signal }) => post(`${chatUrl}/messages`, { conversation: to, text }, { signal, headers: { 'idempotency-key': replyId } }),
  // Mail knows no such header; a mail server drops a second mail with the same Message-ID.
  mail: ({ to, subject, text }, { replyId, signal }) => post(`${mailUrl}/outbox`, { messageId: `<${replyId}@gateway.example>`, to, subject: `Re: ${subject}`, text }, { signal }),
});
