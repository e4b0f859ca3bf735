-- Brings this node up to what a majority has, its vote for the lease included, unless the message was stuck or the vote is of somebody who is about to claim.
-- ARGV 6: name; 7: number; 8: step; 9: proposer; 10: token; 11: value; 12: for how many ms; 13: not after this time of the node; 14: state; 15: filing; from 16 on: payloads
local proposal = {number = tonumber(ARGV[7]), step = tonumber(ARGV[8]), by = ARGV[9], token = tonumber(ARGV[10]), value = ARGV[11], state = ARGV[14]}
local isHere = isRepeat(proposal.number, proposal.step, proposal.by)
if now > tonumber(ARGV[13]) or (vote and vote ~= proposal.value and vote ~= register.value) then return answer('refused') end
-- Whoever was promised a larger number meanwhile was told how the lease stands: nothing is put back behind it.
if isHere and not (proposal.number == register.promised and proposal.by == register.promisedBy) then return answer('refused') end
if not isHere and not mayWrite(proposal.number, proposal.step, proposal.by) then return answer('refused') end

count()
local wasMs = register.value == proposal.value and register.untilMs or 0
if not isHere then
  write(proposal, wasMs, register.value == proposal.value and register.renewedMs or 0)
  file(ARGV[15])
  keepPayloads(16)
end
if register.value ~= '' then
  register.untilMs, register.renewedMs = math.max(wasMs, now + tonumber(ARGV[12])), now
  redis.call('HSET', registerKey, 'until', int(register.untilMs), 'renewed', int(now))
  fileEnd()
  keepVote()
end
return answer('taken')
