/** What is told of a reply: spans instead of points in time, and never its payload. */
import type { ReplyView } from './commands.ts';
import type { Reply } from '../types.ts';
import { isUndelivered } from './order.ts';

export const replyView = (reply: Reply, nowMs: number): ReplyView => ({
  replyId: reply.replyId,
  fencingToken: reply.fencingToken,
  ...(reply.sequence !== undefined && { sequence: reply.sequence }),
  holder: reply.holder,
  state: reply.state,
  committed: reply.committed,
  attempts: reply.attempts,
  maybeDelivered: reply.maybeDelivered,
  ...(isUndelivered(reply) && { dueInMs: Math.max(0, reply.dueAtMs - nowMs), expiresInMs: Math.max(0, reply.expiresAtMs - nowMs) }),
  parkedMsAgo: Math.max(0, nowMs - reply.parkedAtMs),
  ...(reply.settledAtMs !== undefined && { settledMsAgo: Math.max(0, nowMs - reply.settledAtMs) }),
  ...(reply.lastError !== undefined && { lastError: reply.lastError }),
  ...(reply.reason !== undefined && { reason: reply.reason }),
  payloadBytes: reply.payloadBytes,
  contentType: reply.contentType,
});
