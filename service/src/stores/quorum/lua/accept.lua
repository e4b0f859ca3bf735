-- Takes a state, if its ballot may write here, and does to the lease what goes with it.
-- ARGV 6: name; 7: number; 8: step; 9: proposer; 10: token; 11: value; 12: effect (claim, extend, shorten, keep); 13: for how many ms;
-- 14: state; 15: filing; from 16 on: payloads
local proposal = {number = tonumber(ARGV[7]), step = tonumber(ARGV[8]), by = ARGV[9], token = tonumber(ARGV[10]), value = ARGV[11], state = ARGV[14]}
local effect, forMs = ARGV[12], tonumber(ARGV[13])

if isRepeat(proposal.number, proposal.step, proposal.by) then return answer('taken') end
if not mayWrite(proposal.number, proposal.step, proposal.by) then return answer('refused') end
if effect == 'claim' and not (vote == proposal.value and proposal.token > register.token and proposal.token > floor) then return answer('refused') end
if effect == 'extend' and not (isLive() and register.value == proposal.value) then return answer('refused') end

local wasMs, wasRenewedMs = 0, 0
if proposal.value ~= '' and proposal.value == register.value then wasMs, wasRenewedMs = register.untilMs, register.renewedMs end
local untilMs = wasMs
if effect == 'claim' then untilMs = now + forMs end
if effect == 'extend' then untilMs = math.max(wasMs, now + forMs) end
if effect == 'shorten' then untilMs = math.min(wasMs, now + forMs) end
if proposal.value == '' then untilMs = 0 end
local isRenewed = effect == 'claim' or effect == 'extend'

count()
write(proposal, untilMs, isRenewed and now or wasRenewedMs)
if effect ~= 'keep' and vote == register.value and register.value ~= '' then keepVote() end
file(ARGV[15])
keepPayloads(16)
return answer('taken')
