/** Reads what the channels send: each has its own idea of a message. */
import { type ChannelName, type Message, replyIdOf } from './message.ts';

/** The channel has sent something that is no message of its own. */
export class InboundError extends Error {
  override readonly name = 'InboundError';
}

const NAME_CHARS_MAX = 100;
const TEXT_CHARS_MAX = 32_768;

/** @throws InboundError names the member and its limit */
const textOf = (body: unknown, name: string, charsMax: number): string => {
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
  if (typeof value !== 'string' || value.length === 0 || value.length > charsMax) throw new InboundError(`${name} must have 1 to ${charsMax} characters.`);
  return value;
};

/** A name that can stand in a session's key, and in a header of a mail. @throws InboundError */
const nameOf = (body: unknown, name: string): string => {
  const value = textOf(body, name, NAME_CHARS_MAX);
  if (/\p{Cc}/u.test(value) || !value.isWellFormed()) throw new InboundError(`${name} must not have control characters.`);
  return value;
};

const READERS: Readonly<Record<ChannelName, (body: unknown) => Message>> = {
  chat: (body) => {
    const conversation = nameOf(body, 'conversation');
    const session = `example:chat:${conversation}`;
    const replyId = replyIdOf('chat', session, nameOf(body, 'id'));
    return { channel: 'chat', session, replyId, to: conversation, text: textOf(body, 'text', TEXT_CHARS_MAX) };
  },
  mail: (body) => {
    const session = `example:mail:${nameOf(body, 'thread')}`;
    const replyId = replyIdOf('mail', session, nameOf(body, 'messageId'));
    return { channel: 'mail', session, replyId, to: nameOf(body, 'from'), subject: nameOf(body, 'subject'), text: textOf(body, 'text', TEXT_CHARS_MAX) };
  },
};

/** @throws InboundError */
export const messageOf = (channel: ChannelName, body: unknown): Message => READERS[channel](body);
