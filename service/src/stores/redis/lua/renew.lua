-- Renew leases of one partition: moves expiries on, confirms offers; never revives, never moves one back (session/renew.ts).
-- KEYS  the partition's meta key
-- ARGV  store, time, instance; then for each lease: name, lease id hash, ttl ms or absent, metadata (JSON) or absent
-- Gives { outcomes in the same order, due, now, wakes }; each outcome is renewed, lease-lost or lease-unknown. `due` is told
-- for a single lease only: whoever renews many has no waiter to time.

local MEMBERS = 4

local function renew(p, d, hash, ttlMs, metadata)
  settle.run(d)
  local refusal = lost.refusal(d, hash)
  if refusal then return refusal end
  local lease, now = d.s.lease, p.now.ms
  local endsAtLatest = lease.holdEndsAt
  if lease.yield and lease.yield.endsAt then endsAtLatest = math.min(endsAtLatest, lease.yield.endsAt) end
  local after, confirms = math.max(0, now - lease.renewedAt), not lease.confirmed
  lease.ttl = ttlMs or lease.ttl
  lease.ttlLongest = math.max(lease.ttl, lease.ttlLongest)
  lease.renewedAt = now
  lease.expiresAt = math.max(lease.expiresAt, math.min(now + lease.ttl, endsAtLatest))
  lease.confirmed = true
  lease.soleConnection = false
  lease.metadata = metadata or lease.metadata
  draft.setLease(d, lease)
  return views.renewed(d, lease, after, confirms)
end

local p = partition.open()
local opened, drafts, outcomes = {}, {}, {}
for at = 1, args.count(), MEMBERS do
  local name = args.text(at)
  -- A session may be named twice: both renewals work on the same draft.
  local d = opened[name] or draft.open(p, name)
  if not opened[name] then
    opened[name] = d
    table.insert(drafts, d)
  end
  table.insert(outcomes, renew(p, d, args.text(at + 1), args.optionalNumber(at + 2), args.optionalText(at + 3)))
end
local answer = tell.answerAll(p, drafts, outcomes)
if #drafts == 1 then answer[2] = drafts[1].s.due end
return answer
