-- What is answered to a lease id that does not hold the session; nil for the live holder's.

local M = {}

function M.refusal(d, hash)
  local lease = d.s.lease
  if lease and lease.hash == hash then return nil end
  local over = ended.find(d, hash)
  if over and over.token then return views.lost(d, over) end
  return { 'lease-unknown' }
end

return M
