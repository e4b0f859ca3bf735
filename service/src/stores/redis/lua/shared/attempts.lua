-- What comes of an attempt to deliver (session/replies/attempt.ts). Each changes the record, and leaves putting it to its caller.

local M = {}

local function backoff(reply)
  local waits = limits.REPLY_BACKOFF_MS
  return waits[math.min(reply.setbacks + 1, #waits)]
end

-- Nobody knows whether it arrived. It goes out again under the same id: at once the first time, then by back-off.
function M.unknown(reply, at)
  reply.state = 'unknown'
  reply.maybeDelivered = true
  reply.dueAt = at
  if reply.wasUnknown then
    reply.dueAt = at + backoff(reply)
    reply.setbacks = reply.setbacks + 1
  end
  reply.wasUnknown = true
end

function M.delivered(d, reply, at)
  reply.state = 'delivered'
  reply.settledAt = at
  replies.dropPayload(d, reply)
end

-- It can be tried again, by back-off or when the receiver said.
function M.failed(reply, at, retryAfterMs)
  reply.state = 'parked'
  reply.dueAt = at + math.max(backoff(reply), retryAfterMs)
  reply.setbacks = reply.setbacks + 1
end

function M.refused(reply, at, error)
  reply.state = 'dead'
  reply.reason = error or 'refused for good'
  reply.settledAt = at
end

-- The taker's lease has ended in the midst of its attempt.
function M.abandon(d, lease, endedAt)
  local reply = replyrecord.read(d, d.s.replies.sending)
  if reply.taker ~= lease.hash then return end
  M.unknown(reply, endedAt)
  replies.change(d, reply)
end

return M
