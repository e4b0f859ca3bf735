-- A session's register, as scripts that read or write it know it. Needs head.lua before it; the sixth argument is the session's name.
local name = ARGV[6]
local registerKey, voteKey, payloadsKey = 'hfq:s:' .. name, 'hfq:v:' .. name, 'hfq:p:' .. name

local function load()
  local told = redis.call('HMGET', registerKey, 'promised', 'promisedBy', 'number', 'step', 'acceptedBy', 'state', 'token', 'value', 'until', 'renewed', 'filed')
  return {
    promised = tonumber(told[1] or '0'), promisedBy = told[2] or '',
    number = tonumber(told[3] or '0'), step = tonumber(told[4] or '0'), acceptedBy = told[5] or '',
    state = told[6], token = tonumber(told[7] or '0'), value = told[8] or '',
    untilMs = tonumber(told[9] or '0'), renewedMs = tonumber(told[10] or '0'), filed = told[11] or '',
  }
end

local register = load()
local stored = redis.call('GET', voteKey)
local vote = stored
-- Redis lets go of it in that moment by itself; the time of a test does not.
if vote and vote == register.value and register.untilMs ~= 0 and register.untilMs <= now then vote = false end

local function isLive() return register.value ~= '' and vote == register.value and now < register.untilMs end

local function answer(kind)
  local left, ago = 0, 0
  if register.untilMs ~= 0 then left = register.untilMs - now end
  if register.renewedMs ~= 0 then ago = now - register.renewedMs end
  return {
    kind, now, sequence, register.promised, register.number, register.step, register.acceptedBy, register.state, register.token, register.value,
    isLive() and 1 or 0, left, ago, floor,
  }
end

-- The vote lasts as long as its lease does on this node.
local function keepVote()
  local left = register.untilMs - now
  if left <= 0 then
    redis.call('DEL', voteKey)
    vote = false
    return
  end
  -- The time of a test stands still while Redis' own goes on.
  if ARGV[5] ~= '' then left = left + 3600000 end
  redis.call('SET', voteKey, register.value, 'PX', int(left))
  vote = register.value
end

local function isRepeat(number, step, by) return number == register.number and step == register.step and by == register.acceptedBy end

-- Whether the ballot may write here, whatever it wants to write.
local function mayWrite(number, step, by)
  local isPromised = number > register.promised or (number == register.promised and by == register.promisedBy)
  local isNewer = number > register.number or (number == register.number and step > register.step)
  return isPromised and isNewer and number > floor
end

-- Files the session under when its lease ends here, so that somebody looks at it then.
local function fileEnd()
  if register.untilMs > 0 then redis.call('ZADD', 'hfq:ends', int(register.untilMs), name) else redis.call('ZREM', 'hfq:ends', name) end
end

-- Writes a proposal: a state with what belongs to it. `untilMs` and `renewedMs` are those of its lease here.
local function write(proposal, untilMs, renewedMs)
  local oldValue = register.value
  register.promised, register.promisedBy = proposal.number, proposal.by
  register.number, register.step, register.acceptedBy = proposal.number, proposal.step, proposal.by
  register.state, register.token, register.value = proposal.state, proposal.token, proposal.value
  register.untilMs, register.renewedMs = untilMs, renewedMs
  redis.call('HSET', registerKey, 'promised', int(register.promised), 'promisedBy', register.promisedBy, 'number', int(register.number), 'step', int(register.step),
    'acceptedBy', register.acceptedBy, 'state', register.state, 'token', int(register.token), 'value', register.value, 'until', int(untilMs), 'renewed', int(renewedMs))
  fileEnd()
  -- The vote of a lease that is not in the state any more goes with it.
  if oldValue ~= '' and oldValue ~= register.value and stored == oldValue then
    redis.call('DEL', voteKey)
    vote = false
  end
end
