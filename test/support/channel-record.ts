/** A record of the demo's channel, of which a test says only what matters to it. */
import type { ChannelRecord } from '../../demo/world/channel.ts';

/** A reply that was taken, unless told otherwise. Its id is that of its message. */
export const channelRecord = (record: Partial<ChannelRecord> & Pick<ChannelRecord, 'messageId' | 'atMs'>): ChannelRecord => ({
  replyId: record.messageId,
  session: 'chat-1',
  kind: 'reply',
  text: '',
  from: 'gateway-a',
  attempt: 1,
  maybeDelivered: false,
  became: 'taken',
  answered: true,
  ...record,
});
