/** Whether whoever sends a reply again knows what it does. Pure. */
import type { ChannelRecord } from './world/channel.ts';

/**
 * Of the attempts under one id that reached the channel all but the earliest must be marked. The earliest may well come last: its sender was paused
 * when it had begun, and whoever took over was told of it.
 * @returns how many are not
 */
export const unmarkedIn = (channel: readonly ChannelRecord[]): number => {
  const arrived = channel.filter(({ became }) => became === 'taken' || became === 'filtered').sort((one, other) => one.attempt - other.attempt);
  return arrived.filter(({ replyId, maybeDelivered }, index) => !maybeDelivered && arrived.slice(0, index).some((earlier) => earlier.replyId === replyId)).length;
};
