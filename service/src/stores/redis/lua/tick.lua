-- Tick: nothing but the passing of time, for any number of sessions of one partition (session/settle.ts).
-- KEYS  the partition's meta key
-- ARGV  store, time, instance; names
-- Gives { when each is due next or false, false, now, wakes }.

local p = partition.open()
local drafts, due = {}, {}
for place = 1, args.count() do
  local d = draft.open(p, args.text(place))
  settle.run(d)
  table.insert(drafts, d)
end
local answer = tell.answerAll(p, drafts, due)
for place, d in ipairs(drafts) do due[place] = d.s.due end
return answer
