/** Scripts of a node that are wrong on purpose: one place of one file, as a slip would have it. */

export interface Mutation {
  readonly wrong: string;
  /** Under `lua/`, without its ending. */
  readonly file: string;
  readonly right: string;
  readonly instead: string;
}

export const MUTATIONS: readonly Mutation[] = [
  { wrong: 'a number is promised twice', file: 'prepare', right: 'number > register.promised and', instead: 'number >= register.promised and' },
  { wrong: 'a promise looks at no floor', file: 'prepare', right: ' and number > floor', instead: '' },
  { wrong: 'a promise is not kept', file: 'prepare', right: "redis.call('HSET', registerKey, 'promised', int(number), 'promisedBy', by)", instead: '' },
  { wrong: 'whoever has the number may write, whoever it is', file: 'register', right: 'number == register.promised and by == register.promisedBy', instead: 'number == register.promised' },
  { wrong: 'an older write goes over a newer one', file: 'register', right: 'local isNewer = number > register.number or (number == register.number and step > register.step)', instead: 'local isNewer = true' },
  { wrong: 'a write looks at no floor', file: 'register', right: 'isPromised and isNewer and number > floor', instead: 'isPromised and isNewer' },
  { wrong: "a repeat is anybody's", file: 'register', right: 'step == register.step and by == register.acceptedBy', instead: 'step == register.step' },
  { wrong: 'a lease outlives its time', file: 'register', right: "register.value ~= '' and vote == register.value and now < register.untilMs", instead: "register.value ~= '' and vote == register.value" },
  { wrong: 'a lease is live without its vote', file: 'register', right: "register.value ~= '' and vote == register.value and now", instead: "register.value ~= '' and now" },
  { wrong: 'the vote of an ended lease stays', file: 'register', right: "redis.call('DEL', voteKey)\n    vote = false\n  end\nend", instead: 'end\nend' },
  { wrong: 'a claim looks at no vote', file: 'accept', right: 'vote == proposal.value and proposal.token', instead: 'proposal.token' },
  { wrong: 'a token is claimed twice', file: 'accept', right: 'proposal.token > register.token', instead: 'proposal.token >= register.token' },
  { wrong: 'a claim looks at no floor', file: 'accept', right: ' and proposal.token > floor', instead: '' },
  { wrong: 'what is over is extended', file: 'accept', right: 'isLive() and register.value == proposal.value', instead: 'register.value == proposal.value' },
  { wrong: 'an extension moves the end back', file: 'accept', right: 'math.max(wasMs, now + forMs)', instead: 'now + forMs' },
  { wrong: 'a shortening moves the end on', file: 'accept', right: 'math.min(wasMs, now + forMs)', instead: 'now + forMs' },
  { wrong: 'another lease has the time of the one before', file: 'accept', right: "proposal.value ~= '' and proposal.value == register.value then", instead: "proposal.value ~= '' then" },
  { wrong: 'a write without an effect counts as a renewal', file: 'accept', right: "effect == 'claim' or effect == 'extend'", instead: 'true' },
  { wrong: 'a renewal revives', file: 'renew', right: ' or not isLive()', instead: '' },
  { wrong: 'a renewal is for any state', file: 'renew', right: 'not isRepeat(tonumber(ARGV[7]), tonumber(ARGV[8]), ARGV[9]) or ', instead: '' },
  { wrong: 'a renewal moves the end back', file: 'renew', right: 'math.max(register.untilMs, now + tonumber(ARGV[10]))', instead: 'now + tonumber(ARGV[10])' },
  { wrong: 'a repair that was stuck is carried out', file: 'repair', right: 'now > tonumber(ARGV[13]) or ', instead: '' },
  { wrong: "a repair takes another's vote", file: 'repair', right: '(vote and vote ~= proposal.value and vote ~= register.value)', instead: 'false' },
  { wrong: 'a repair does not go over an old lease', file: 'repair', right: ' and vote ~= register.value)', instead: ')' },
  { wrong: 'a repair puts a lease back behind a promise', file: 'repair', right: 'if isHere and not (proposal.number == register.promised and proposal.by == register.promisedBy)', instead: 'if false' },
  { wrong: 'a repair writes what it may not', file: 'repair', right: 'not isHere and not mayWrite(proposal.number, proposal.step, proposal.by)', instead: 'false' },
  { wrong: 'a repair moves the end back', file: 'repair', right: 'math.max(wasMs, now + tonumber(ARGV[12]))', instead: 'now + tonumber(ARGV[12])' },
  { wrong: 'what is forgotten raises no floor', file: 'forget', right: 'floor = math.max(floor, register.promised, register.number, register.token)', instead: '' },
  { wrong: 'its promises are forgotten with it', file: 'forget', right: 'register.promised, register.number, register.token)', instead: 'register.number, register.token)' },
  { wrong: 'its tokens are forgotten with it', file: 'forget', right: 'register.number, register.token)', instead: 'register.number)' },
  { wrong: 'the floor is not kept', file: 'forget', right: "redis.call('HSET', 'hfq:member', 'floor', int(floor))", instead: '' },
  { wrong: 'whatever is there is forgotten', file: 'forget', right: 'register.number ~= tonumber(ARGV[7]) or register.step ~= tonumber(ARGV[8])', instead: 'false' },
];
