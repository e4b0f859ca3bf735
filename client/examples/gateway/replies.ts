/** What is done with a finished reply, by the turn that made it or by a courier later. */
import type { ReplyHandlers } from '../../src/index.ts';
import type { Send } from './channels.ts';
import type { ChannelName, Reply } from './message.ts';
import type { Transcripts } from './transcripts.ts';

export const replyHandlers = (transcripts: Transcripts, channels: Readonly<Record<ChannelName, Send>>): ReplyHandlers<Reply> => ({
  // A reply that comes late (`rebase`) is written behind what was said meanwhile: a transcript that is only appended to has nothing to merge.
  commit: (reply, { session, replyId, fencingToken }) => transcripts.appendOnce(session, fencingToken, { replyId, ...reply }),
  deliver: (reply, { replyId, signal }) => channels[reply.channel](reply, { replyId, signal }),
});
