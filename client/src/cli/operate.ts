/** What an operator asks and does: each verb is one call of the client, and what it tells. */
import type { LeaseClient } from '../lease-client.ts';
import type { Asked } from './command-line.ts';
import { span, table } from './table.ts';

type Operation = Extract<Asked, { readonly connection: unknown }>;

const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const listed: T[] = [];
  for await (const item of items) listed.push(item);
  return listed;
};

const json = (value: unknown): string => JSON.stringify(value, null, 2);

const statusOfAll = async (client: LeaseClient, asJson: boolean): Promise<string> => {
  const leases = await all(client.list());
  if (asJson) return json(leases);
  const rows = leases.map(({ session, holder, fencingToken, heldForMs, remainingMs, waiters, yieldRequest, parkedReplies }) => [
    session,
    holder,
    String(fencingToken),
    span(heldForMs),
    span(remainingMs),
    String(waiters),
    yieldRequest ? `by ${yieldRequest.by}` : '',
    String(parkedReplies),
  ]);
  return table(['SESSION', 'HOLDER', 'TOKEN', 'HELD', 'LEFT', 'WAITERS', 'ASKED TO YIELD', 'REPLIES'], rows);
};

const statusOfOne = async (client: LeaseClient, session: string, asJson: boolean): Promise<string> => {
  const view = await client.inspect(session);
  if (asJson) return json(view);
  const { held, holder = '', fencingToken, heldForMs, remainingMs, waiters, yieldRequest, parkedReplies, previous } = view;
  const rows: (readonly [string, string])[] = [['session', session]];
  if (held) rows.push(['holder', holder], ['token', String(fencingToken)], ['held for', span(heldForMs)], ['left', span(remainingMs)]);
  else rows.push(['holder', 'nobody']);
  if (yieldRequest) rows.push(['asked to yield', `by ${yieldRequest.by}${yieldRequest.reason === undefined ? '' : `: ${yieldRequest.reason}`}`]);
  for (const [index, waiter] of waiters.entries()) rows.push([`waiter ${index + 1}`, `${waiter.holder}, for ${span(waiter.waitedMs)}${waiter.background ? ', in the background' : ''}`]);
  if (previous) rows.push(['before', `${previous.holder}, token ${previous.fencingToken}, ${previous.endedBecause} ${span(previous.endedMsAgo)} ago`]);
  rows.push(['parked replies', String(parkedReplies)]);
  return table(['', ''], rows).trimStart();
};

/** What is printed. @throws what the client throws */
export const operate = async (client: LeaseClient, asked: Exclude<Operation, { kind: 'run' }>): Promise<string> => {
  switch (asked.kind) {
    case 'status':
      return asked.session === undefined ? statusOfAll(client, asked.json) : statusOfOne(client, asked.session, asked.json);
    case 'yield': {
      const { session, reason, graceMs } = asked;
      const { holder } = await client.requestYield(session, { ...(reason !== undefined && { reason }), ...(graceMs !== undefined && { graceMs }) });
      return `${holder} is asked to yield.`;
    }
    case 'revoke': {
      const { holder, fencingToken } = await client.revoke(asked.session, { reason: asked.reason });
      return `The lease of ${holder}, token ${fencingToken}, is revoked.`;
    }
    case 'replies': {
      const { session, state } = asked;
      const replies = await all(client.replies.list({ ...(session !== undefined && { session }), ...(state !== undefined && { state }) }));
      if (asked.json) return json(replies);
      const rows = replies.map((reply) => [reply.session, reply.replyId, reply.state, String(reply.attempts), span(reply.parkedMsAgo), reply.dueInMs === undefined ? '' : reply.dueInMs === 0 ? 'now' : span(reply.dueInMs), reply.lastError ?? reply.reason ?? '']);
      return table(['SESSION', 'REPLY', 'STATE', 'ATTEMPTS', 'AGE', 'NEXT', 'REASON'], rows);
    }
    case 'replay':
    case 'discard': {
      const { session, replyId, reason, kind } = asked;
      const { state } = await client.replies[kind](session, replyId, { reason });
      return `The reply is ${state}.`;
    }
  }
};
