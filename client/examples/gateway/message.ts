/** What comes in, and what goes out. */
import { createHash } from 'node:crypto';

export type ChannelName = 'chat' | 'mail';

/** An inbound message, whichever channel it came from. */
export interface Message {
  readonly channel: ChannelName;
  readonly session: string;
  readonly replyId: string;
  readonly to: string;
  readonly subject?: string;
  readonly text: string;
}

/**
 * A reply holds all that is needed to write it into its transcript and to send it out: the courier that does so later may be another process, and has nothing
 * but the reply.
 */
export interface Reply extends Pick<Message, 'channel' | 'to' | 'subject'> {
  readonly prompt: string;
  readonly text: string;
}

/**
 * The reply is named after the message that it answers. So a message that is handled twice, after a crash or because the channel sent it again, gets the reply
 * that is there already. The session belongs to the name because many channels number their messages in each conversation anew, and it is hashed because a
 * channel's ids may have characters, and lengths, that a reply id must not have.
 */
export const replyIdOf = (channel: ChannelName, session: string, messageId: string): string =>
  `${channel}-${createHash('sha256').update(JSON.stringify([session, messageId])).digest('hex')}`;
