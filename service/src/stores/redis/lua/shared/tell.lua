-- What a script tells: its caller, the instances whose connections wait, and everybody who watches events.

local M = {}

-- A value as cjson may write it: numbers as digits, since cjson keeps only fourteen of them.
local function written(value)
  if type(value) == 'number' then return partition.digits(value) end
  if type(value) ~= 'table' then return value end
  local items = {}
  for place, item in ipairs(value) do items[place] = written(item) end
  return items
end

-- Hands out the wakes: those for connections of the calling instance are returned, each other one is published to the
-- instance that has it. A lost message is made good by that instance, which asks again within a second.
local function handOut(p)
  local own = {}
  for _, wake in ipairs(p.wakes) do
    local instance = instances.of(wake[1])
    if instance == p.instance then table.insert(own, wake)
    else instances.wake(p, instance, cjson.encode(written(wake))) end
  end
  return own
end

function M.publishEvents(d)
  redis.call('PUBLISH', 'hf:' .. d.p.store .. ':events', cjson.encode({ d.name, written(d.events), d.p.instance }))
end

-- The end of a command on one session: saves everything, and answers { outcome, when the session is due or false, now, wakes }.
function M.answer(d, outcome)
  draft.save(d)
  draft.makeRoom(d)
  partition.save(d.p)
  return { outcome, d.s.due, d.p.now.ms, handOut(d.p) }
end

-- The same for many sessions of one partition: { outcomes, false, now, wakes }.
function M.answerAll(p, drafts, outcomes)
  for _, d in ipairs(drafts) do draft.save(d) end
  for _, d in ipairs(drafts) do draft.makeRoom(d) end
  partition.save(p)
  return { outcomes, false, p.now.ms, handOut(p) }
end

return M
