/** Whether the user of each chat saw the replies in the order of the messages. Pure. */
import type { ChannelRecord } from './world/channel.ts';
import type { InboxMessage } from './world/inbox.ts';

/** Of the replies to one session, in the order of receiving: how many came after the reply to a later message. */
const countOutOfOrder = (sequences: readonly number[]): number =>
  sequences.filter((sequence, index) => sequences.slice(0, index).some((earlier) => earlier > sequence)).length;

/** @param taken the replies that users saw, in the order of receiving; of those that came twice the first counts */
export const outOfOrderIn = (inbox: readonly InboxMessage[], taken: readonly ChannelRecord[]): number => {
  const messages = new Map(inbox.map((message) => [message.messageId, message]));
  const bySession = new Map<string, number[]>();
  for (const messageId of new Set(taken.map((reply) => reply.messageId))) {
    const message = messages.get(messageId);
    if (message) bySession.set(message.session, [...(bySession.get(message.session) ?? []), message.sequence]);
  }
  return [...bySession.values()].reduce((sum, sequences) => sum + countOutOfOrder(sequences), 0);
};
