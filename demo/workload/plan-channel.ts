/** Which replies meet the channel's own faults: the same ones in both halves of the demo. Pure. */
import type { PlannedMessage } from './plan.ts';

export interface ChannelPlan {
  /** The channel refuses the reply to this message for good. */
  readonly refusedMessageId: string;
  /** The channel takes the reply to this message, and its answer is lost. */
  readonly swallowedMessageId: string;
}

const REFUSED_AT_SHARE = 0.1;

/** Picks one message early in the workload, whose chat goes on behind it, and the last one of the chat that falls silent first: no later turn sees to that. */
export const planChannel = (workload: readonly PlannedMessage[]): ChannelPlan => {
  const lastOf = new Map(workload.map((message) => [message.session, message]));
  const [swallowed] = [...lastOf.values()].sort((one, other) => one.sendAtMs - other.sendAtMs);
  const refused = workload.find(({ session, messageId }, index) => index >= workload.length * REFUSED_AT_SHARE && lastOf.get(session)?.messageId !== messageId);
  return { refusedMessageId: refused?.messageId ?? '', swallowedMessageId: swallowed?.messageId ?? '' };
};
