/** A reply and its payload: the state tells which payload is the reply's, and any node that has it may give it. */
import { StoreUnavailableError } from '../../session/errors.ts';
import type { ReplyUnknown, ToldReply } from '../../session/replies/commands.ts';
import { findReply } from '../../session/replies/order.ts';
import { replyView } from '../../session/replies/views.ts';
import type { SessionName, StoredReply } from '../../session/store.ts';
import type { ReplyId, Session } from '../../session/types.ts';
import { decide } from './asking.ts';
import type { ListingPort } from './listing-port.ts';
import { NodeSilentError } from './node-port.ts';
import { payloadName } from './payloads.ts';

/**
 * @param look at the session as a majority has it
 * @throws StoreUnavailableError where too few nodes answer to have it for sure
 */
export const readPayload = async (nodes: readonly ListingPort[], name: SessionName, { replyId, nowMs, look }: { readonly replyId: ReplyId; readonly nowMs: () => number; readonly look: () => Promise<Session> }): Promise<StoredReply | ReplyUnknown> => {
  for (let missing: string | undefined; ; ) {
    const reply = findReply(await look(), replyId);
    if (!reply) return { kind: 'reply-unknown' };
    const told: ToldReply = { kind: 'reply', reply: replyView(reply, nowMs()) };
    if (reply.payloadDropped) return told;
    const { payload, isSilent } = await payloadOf(nodes, name, payloadName(reply));
    if (payload !== undefined) return { ...told, payload };
    if (isSilent) throw new StoreUnavailableError('The nodes that have the payload of this reply do not answer.', 'not-applied');
    if (payloadName(reply) === missing) throw new StoreUnavailableError('The payload of this reply is missing on all nodes.', 'not-applied');
    // It was delivered, or forgotten, while the nodes were asked: another look tells which.
    missing = payloadName(reply);
  }
};

/** The first that any node has; a majority was given it, so that one of any majority has. */
const payloadOf = async (nodes: readonly ListingPort[], name: SessionName, wanted: string): Promise<{ readonly payload: string | undefined; readonly isSilent: boolean }> => {
  let isSilent = false;
  const asks = nodes.map((node) =>
    node.payload(name, wanted).then(
      (payload) => ({ kind: 'answered' as const, payload }),
      (error: unknown) => {
        if (!(error instanceof NodeSilentError)) throw error;
        isSilent = true;
        return { kind: 'silent' as const, wasSent: error.wasSent };
      },
    ),
  );
  const payload = await decide(asks, (said) => said.map((one) => (one?.kind === 'answered' ? one.payload : undefined)).find((one) => one !== undefined));
  return { payload, isSilent };
};
