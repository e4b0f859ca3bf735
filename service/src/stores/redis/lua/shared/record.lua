-- The packed record of one session, kept in the partition's hash `sessions`. It holds what nearly every command needs; ended
-- ids, waiters and replies have keys of their own and are only counted here. Packed by position, with spans instead of
-- points in time where that is shorter: there may be a million of these.

local M = {}

local function packLease(lease)
  local since = lease.grantedAt
  return {
    lease.hash,
    lease.holder,
    lease.token,
    (lease.background and 1 or 0) + (lease.confirmed and 2 or 0),
    lease.ttl,
    lease.ttlLongest == lease.ttl and 0 or lease.ttlLongest,
    since,
    lease.renewedAt - since,
    lease.expiresAt - since,
    lease.holdEndsAt - since,
    lease.soleConnection,
    lease.metadata,
    lease.yield and { lease.yield.by, lease.yield.reason, lease.yield.endsAt },
  }
end

local function unpackLease(packed)
  local since = packed[7]
  local yield = packed[13]
  return {
    hash = packed[1],
    holder = packed[2],
    token = packed[3],
    background = packed[4] % 2 == 1,
    confirmed = packed[4] >= 2,
    ttl = packed[5],
    ttlLongest = packed[6] == 0 and packed[5] or packed[6],
    grantedAt = since,
    renewedAt = since + packed[8],
    expiresAt = since + packed[9],
    holdEndsAt = since + packed[10],
    soleConnection = packed[11],
    metadata = packed[12],
    yield = yield and { by = yield[1], reason = yield[2], endsAt = yield[3] },
  }
end

local function packPrevious(previous)
  return { previous.holder, previous.token, previous.because, previous.endedAt, previous.metadata }
end

local function unpackPrevious(packed)
  return { holder = packed[1], token = packed[2], because = packed[3], endedAt = packed[4], metadata = packed[5] }
end

local function packReplies(replies)
  return { replies.parked, replies.open, replies.openBytes, replies.undelivered, replies.sending, replies.settledFirst, replies.settledNext, replies.keptBytes }
end

-- parked: how many were ever parked, and the newest's number. open, openBytes: not settled, dead ones included.
-- undelivered: parked, sending and unknown. sending: the number of the one that is being sent, 0 for none.
-- settledFirst, settledNext: settled ones are counted in the order of their settling, from the first remembered to before
-- the next. keptBytes: of settled ones whose payload is still there.
local function unpackReplies(packed)
  return {
    parked = packed[1],
    open = packed[2],
    openBytes = packed[3],
    undelivered = packed[4],
    sending = packed[5],
    settledFirst = packed[6],
    settledNext = packed[7],
    keptBytes = packed[8],
  }
end

-- Every absent member is false: a hole would make cmsgpack write a map.
function M.encode(s)
  return cmsgpack.pack({
    s.lease and packLease(s.lease),
    s.previous and packPrevious(s.previous),
    s.replies and packReplies(s.replies),
    s.endedFirst,
    s.endedNext,
    s.endedOldestAt,
    s.waiters,
    s.tickets,
    s.due,
    s.courier,
    s.idle and 1 or 0,
  })
end

-- lease, previous, replies: as above, or false. endedFirst, endedNext, endedOldestAt: the ring of ended ids (ended.lua).
-- waiters: how many; tickets: how many places were ever given. due, courier: the scores under which the session stands in
-- those two indexes, or false. idle: whether it stands in the index of idle sessions.
function M.decode(raw)
  local r = cmsgpack.unpack(raw)
  return {
    lease = r[1] and unpackLease(r[1]),
    previous = r[2] and unpackPrevious(r[2]),
    replies = r[3] and unpackReplies(r[3]),
    endedFirst = r[4],
    endedNext = r[5],
    endedOldestAt = r[6],
    waiters = r[7],
    tickets = r[8],
    due = r[9],
    courier = r[10],
    idle = r[11] == 1,
  }
end

function M.empty()
  return {
    lease = false,
    previous = false,
    replies = false,
    endedFirst = 0,
    endedNext = 0,
    endedOldestAt = 0,
    waiters = 0,
    tickets = 0,
    due = false,
    courier = false,
    idle = false,
  }
end

return M
