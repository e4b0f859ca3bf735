/** What the nodes keep of replies beside the state: their payloads, each until its reply has no use for it. Pure. */
import type { Command } from '../../session/commands.ts';
import type { Reply, Session } from '../../session/types.ts';
import type { AcceptRequest } from './node-port.ts';

/** Unlike any that a proposer which lost may have left: the same number may stand for another reply there, but not with the same payload. */
export const payloadName = ({ number, payloadHash }: Pick<Reply, 'number' | 'payloadHash'>): string => `${number}:${payloadHash}`;

/** Of all replies whose payloads are still wanted. */
export const payloadNames = ({ replies, settledReplies }: Session): readonly string[] => [...replies, ...settledReplies].filter(({ payloadDropped }) => !payloadDropped).map(payloadName);

/** What a command adds to the payloads, and what it makes superfluous. */
export const payloadChanges = (before: Session, after: Session, command: Command): Pick<AcceptRequest, 'payloads'> => {
  if (before.replies === after.replies && before.settledReplies === after.settledReplies) return {};
  const still = new Set(payloadNames(after));
  const parked = command.kind === 'park' && after.repliesParked > before.repliesParked ? after.replies.find(({ number }) => number === after.repliesParked) : undefined;
  const put = parked && command.kind === 'park' ? [[payloadName(parked), command.payload] as const] : [];
  return { payloads: { put, drop: payloadNames(before).filter((name) => !still.has(name)) } };
};
