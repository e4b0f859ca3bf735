-- What replay and discard have in common (session/replies/intervene.ts): an operator, or the live holder, decides about a reply.

local M = {}

-- The reply, if it can be decided about at all; otherwise nil and the refusal. `hash` is false for an operator.
function M.findOpen(d, id, hash)
  local reply = replies.find(d, id)
  if not reply then return nil, { 'reply-unknown' } end
  local refusal = hash and lost.refusal(d, hash)
  if refusal then return nil, refusal end
  if reply.state == 'delivered' then return nil, { 'reply-settled', reply.state } end
  -- Its taker may be in the midst of sending it; whatever was decided now would not reach it.
  if reply.state == 'sending' then return nil, { 'reply-sending' } end
  return reply, nil
end

return M
