/** What both kinds of gateway read from a transcript. */
import type { TranscriptEntry } from '../records.ts';

/** The reply that was written for a message, if it was: by a gateway that died before it could deliver it. */
export const replyIn = (entries: readonly TranscriptEntry[], messageId: string): string | undefined =>
  entries.find((entry) => entry.role === 'assistant' && entry.messageId === messageId)?.text;

export const hasMessage = (entries: readonly TranscriptEntry[], messageId: string): boolean =>
  entries.some((entry) => entry.role === 'user' && entry.messageId === messageId);
