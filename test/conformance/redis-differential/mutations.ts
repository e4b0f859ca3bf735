/** Scripts that are wrong on purpose: one place of one file, as a slip would have it. */

export interface Mutation {
  readonly wrong: string;
  /** Under `lua/`, without its ending. */
  readonly file: string;
  readonly right: string;
  readonly instead: string;
}

export const MUTATIONS: readonly Mutation[] = [
  { wrong: 'a lease lives a millisecond too long', file: 'shared/settle', right: 'while at and at <= now do', instead: 'while at and at < now do' },
  { wrong: 'the floor is not raised', file: 'shared/partition', right: '  p.floor = token\n', instead: '' },
  { wrong: 'the floor is not kept', file: 'shared/partition', right: 'if floor ~= p.floorStored then', instead: 'if false then' },
  { wrong: 'tokens are counted without the clock', file: 'shared/partition', right: 'math.max(p.floor + 1, p.now.us)', instead: 'p.floor + 1' },
  { wrong: 'tokens are the clock alone', file: 'shared/partition', right: 'math.max(p.floor + 1, p.now.us)', instead: 'p.now.us' },
  { wrong: 'a lease that ended stays in the index of the live', file: 'shared/draft', right: "else redis.call('ZREM', d.p.prefix .. 'live', d.name) end", instead: 'end' },
  { wrong: 'the due index is not moved by a renewal', file: 'shared/draft', right: "moveScore(d, 'due', s.due, due)", instead: "if not (s.due and due) then moveScore(d, 'due', s.due, due) end" },
  { wrong: 'a session may be forgotten while it remembers ended ids', file: 'shared/draft', right: 'now + limits.ENDED_ID_MS', instead: 'now' },
  { wrong: 'a renewal moves an expiry back', file: 'renew', right: 'math.max(lease.expiresAt, math.min(now + lease.ttl, endsAtLatest))', instead: 'math.min(now + lease.ttl, endsAtLatest)' },
  { wrong: 'a renewal passes the end of a grace', file: 'renew', right: 'if lease.yield and lease.yield.endsAt then', instead: 'if false then' },
  { wrong: 'a renewal leaves an offer an offer', file: 'renew', right: '  lease.confirmed = true\n', instead: '' },
  { wrong: 'the background is served with the foreground', file: 'shared/queue', right: '(waiter.background and BACKGROUND or 0) + s.tickets', instead: 's.tickets' },
  { wrong: 'of two tickets that end together not the first of the queue is looked at first', file: 'shared/queue', right: 'if not best or place < best then', instead: 'if not best or place > best then' },
  { wrong: 'an ended id is remembered for too long', file: 'shared/ended', right: 's.endedOldestAt + limits.ENDED_ID_MS <= d.p.now.ms', instead: 's.endedOldestAt + limits.ENDED_ID_MS < d.p.now.ms' },
  { wrong: 'an offer that lapsed swallows what was left for the next holder', file: 'shared/ending', right: '(lapsed and s.previous and s.previous.metadata)', instead: 'false' },
  { wrong: 'an absent waiter is offered the session for longer than its ticket', file: 'shared/ending', right: 'if not waiter.connection then expiresAt', instead: 'if false then expiresAt' },
  { wrong: 'a waiter that leaves is not answered', file: 'release', right: 'if waiter.connection then draft.wake', instead: 'if false then draft.wake' },
  { wrong: 'the wakes of other instances are forgotten', file: 'shared/tell', right: 'if instance == p.instance then table.insert(own, wake)', instead: 'if true then if instance == p.instance then table.insert(own, wake) end' },
  { wrong: 'a grant that was told twice can still be shortened', file: 'acquire', right: '    s.lease.soleConnection = false\n', instead: '' },
  { wrong: 'a closed connection lengthens a lease', file: 'disconnect', right: 'math.min(lease.expiresAt, now + limits.OFFER_MS)', instead: 'now + limits.OFFER_MS' },
  { wrong: 'the attempt of a holder whose lease ended goes on', file: 'shared/ending', right: 'if s.replies and s.replies.sending ~= 0 then', instead: 'if false then' },
  { wrong: 'the first failure waits as long as the second', file: 'shared/attempts', right: 'math.min(reply.setbacks + 1, #waits)', instead: 'math.min(reply.setbacks + 2, #waits)' },
  { wrong: 'a reply whose state changed is listed under both', file: 'shared/replyindexes', right: 'if from.state and from.state ~= to.state then', instead: 'if false then' },
  { wrong: 'a reply that was put off is listed where it was due before', file: 'shared/replyindexes', right: 'or from.listedAt ~= to.listedAt then', instead: 'then' },
  { wrong: 'the courier is not told of a session that became free', file: 'shared/draft', right: 'if s.courier ~= courier then', instead: 'if false then' },
  { wrong: 'replies die in the order of their numbers', file: 'shared/replies', right: 'table.sort(expired, replyrecord.comesBefore)', instead: 'table.sort(expired, function(a, b) return a.number < b.number end)' },
  { wrong: 'the payload of a delivered reply is kept', file: 'shared/replies', right: "redis.call('HDEL', draft.key(d, 'payloads'), partition.digits(reply.number))", instead: 'local _' },
  { wrong: 'a settled reply is remembered for too long', file: 'shared/settledreplies', right: 'if settledAt + limits.SETTLED_REPLY_MS > d.p.now.ms then', instead: 'if settledAt + limits.SETTLED_REPLY_MS >= d.p.now.ms then' },
  { wrong: 'a session is never forgotten', file: 'sweep', right: 'draft.forget(p, name)', instead: 'local _' },
  { wrong: 'a page begins with the last reply of the page before', file: 'list-replies', right: "local from = token and '('", instead: "local from = token and '['" },
];
