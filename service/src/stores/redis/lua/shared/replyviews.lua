-- What is told of a reply: spans instead of points in time, and never its payload. A flat array, an absent member false;
-- `read-reply-view.ts` is its other side.

local M = {}

function M.view(d, reply)
  local now = d.p.now.ms
  local undelivered = reply.stands.undelivered
  return {
    reply.id,
    reply.token,
    reply.sequence,
    reply.holder,
    reply.state,
    reply.committed,
    reply.attempts,
    reply.maybeDelivered,
    undelivered and math.max(0, reply.dueAt - now),
    undelivered and math.max(0, reply.expiresAt - now),
    math.max(0, now - reply.parkedAt),
    reply.settledAt and math.max(0, now - reply.settledAt),
    reply.lastError,
    reply.reason,
    reply.payloadBytes,
    reply.contentType,
  }
end

function M.told(d, reply)
  return { 'reply', M.view(d, reply) }
end

return M
