import t from 'tap';
import type { Ballot } from '../../../../../service/src/stores/quorum/rules/ballot.ts';
import { accept, EMPTY_REGISTER, forget, prepare, read, renew, repair, takeVote, withdrawVote } from '../../../../../service/src/stores/quorum/rules/node.ts';
import type { Effect, Kept, Proposal } from '../../../../../service/src/stores/quorum/rules/register.ts';

const NOTHING: Kept<string> = { register: EMPTY_REGISTER, vote: undefined, floor: 0 };
const CLAIM: Effect = { kind: 'claim', forMs: 100 };
const KEEP: Effect = { kind: 'keep' };

const proposal = (change: Partial<Proposal<string>> = {}): Proposal<string> => ({ ballot: { number: 5, step: 0 }, by: 'a', state: 'held by a', token: 10, value: 'va', ...change });
const empty = (ballot: Ballot, by = 'a'): Proposal<string> => proposal({ ballot, by, state: 'free', value: '' });

const promised = (number: number, by: string, kept = NOTHING): Kept<string> => prepare(kept, { number, by }, 0).kept;
const voted = (value: string, kept = NOTHING): Kept<string> => takeVote(kept, value, 50, 0).kept;
/** Claimed by `a` at 0, for 100 ms. */
const held = (): Kept<string> => accept(voted('va', promised(5, 'a')), { proposal: proposal(), effect: CLAIM }, 0).kept;

t.test('a number is promised if it is larger than what was promised', async (t) => {
  const { kept, answer } = prepare(promised(5, 'a'), { number: 6, by: 'b' }, 0);
  t.match(answer, { kind: 'taken', promised: 6 });
  t.match(kept.register, { promised: 6, promisedBy: 'b' });
});

t.test('the same number is not promised to another', async (t) => {
  const before = promised(5, 'a');
  const { kept, answer } = prepare(before, { number: 5, by: 'b' }, 0);
  t.match(answer, { kind: 'refused', promised: 5 });
  t.equal(kept, before);
});

t.test('the same promise is given again', async (t) => {
  t.equal(prepare(promised(5, 'a'), { number: 5, by: 'a' }, 0).answer.kind, 'taken');
});

t.test('no number is promised that is not larger than the floor', async (t) => {
  t.equal(prepare({ ...NOTHING, floor: 6 }, { number: 6, by: 'a' }, 0).answer.kind, 'refused');
  t.equal(prepare({ ...NOTHING, floor: 6 }, { number: 7, by: 'a' }, 0).answer.kind, 'taken');
});

t.test('a promise tells what was accepted, and how the lease stands', async (t) => {
  const renewed = renew(held(), { ballot: { number: 5, step: 0 }, by: 'a', ttlMs: 80 }, 20).kept;
  const { answer } = prepare(renewed, { number: 6, by: 'b' }, 30);
  t.match(answer, { kind: 'taken', accepted: { number: 5, step: 0 }, acceptedBy: 'a', state: 'held by a', token: 10, value: 'va', lease: { isLive: true, leftMs: 70, renewedMsAgo: 10 } });
});

t.test('a claim is taken where the vote is the claimer’s: vote and lease then last as long as the lease', async (t) => {
  const { register, vote } = held();
  t.match(register, { accepted: { number: 5, step: 0 }, acceptedBy: 'a', token: 10, value: 'va', untilMs: 100, renewedMs: 0 });
  t.strictSame(vote, { value: 'va', untilMs: 100 });
});

t.test('a claim is refused without a vote, with another’s, and with one that is over', async (t) => {
  for (const [says, kept, nowMs] of [['without', promised(5, 'a'), 0], ['another’s', voted('vb', promised(5, 'a')), 0], ['over', voted('va', promised(5, 'a')), 50]] as const) {
    const done = accept(kept, { proposal: proposal(), effect: CLAIM }, nowMs);
    t.equal(done.answer.kind, 'refused', says);
    t.equal(done.kept, kept, says);
  }
});

t.test('a claim’s token is larger than the register’s, and than the floor', async (t) => {
  const freed = accept(held(), { proposal: empty({ number: 5, step: 1 }), effect: KEEP }, 10).kept;
  const again = voted('vb', promised(6, 'b', freed));
  const claim = (token: number): Proposal<string> => proposal({ ballot: { number: 6, step: 0 }, by: 'b', token, value: 'vb' });
  t.equal(accept(again, { proposal: claim(10), effect: CLAIM }, 10).answer.kind, 'refused');
  t.equal(accept(again, { proposal: claim(11), effect: CLAIM }, 10).answer.kind, 'taken');
  const low = { ...voted('va', promised(5, 'a')), floor: 4 };
  t.equal(accept(low, { proposal: proposal({ token: 4 }), effect: CLAIM }, 0).answer.kind, 'refused');
  t.equal(accept(low, { proposal: proposal({ token: 5 }), effect: CLAIM }, 0).answer.kind, 'taken');
});

t.test('the same claim again is taken, and prolongs nothing', async (t) => {
  const { kept, answer } = accept(held(), { proposal: proposal(), effect: CLAIM }, 60);
  t.match(answer, { kind: 'taken', lease: { leftMs: 40 } });
  t.strictSame(kept, held());
});

t.test('the same ballot of another is refused', async (t) => {
  const kept = held();
  const done = accept(kept, { proposal: proposal({ by: 'b', state: 'held by b' }), effect: KEEP }, 10);
  t.equal(done.answer.kind, 'refused');
  t.equal(done.kept, kept);
});

t.test('a write needs no promise here, but none of a larger number, nor of the same to another', async (t) => {
  const write = empty({ number: 5, step: 0 });
  t.equal(accept(promised(4, 'b'), { proposal: write, effect: KEEP }, 0).answer.kind, 'taken');
  t.equal(accept(promised(6, 'b'), { proposal: write, effect: KEEP }, 0).answer.kind, 'refused');
  t.equal(accept(promised(5, 'b'), { proposal: write, effect: KEEP }, 0).answer.kind, 'refused');
  t.equal(accept({ ...promised(4, 'b'), floor: 5 }, { proposal: write, effect: KEEP }, 0).answer.kind, 'refused');
});

t.test('what is written is promised too', async (t) => {
  const { register } = accept(promised(4, 'b'), { proposal: empty({ number: 5, step: 0 }), effect: KEEP }, 0).kept;
  t.match(register, { promised: 5, promisedBy: 'a' });
});

t.test('steps go on, and not back', async (t) => {
  const second = accept(held(), { proposal: proposal({ ballot: { number: 5, step: 2 }, state: 'held, and parked' }), effect: KEEP }, 10).kept;
  t.match(second.register, { state: 'held, and parked', untilMs: 100 });
  t.equal(accept(second, { proposal: empty({ number: 5, step: 1 }), effect: KEEP }, 10).answer.kind, 'refused');
});

t.test('an extension is taken only while the lease is live, and never shortens it', async (t) => {
  const longer = proposal({ ballot: { number: 5, step: 1 } });
  t.equal(accept(held(), { proposal: longer, effect: { kind: 'extend', forMs: 100 } }, 100).answer.kind, 'refused');
  t.equal(accept({ ...held(), vote: undefined }, { proposal: longer, effect: { kind: 'extend', forMs: 100 } }, 40).answer.kind, 'refused');
  t.equal(accept(held(), { proposal: longer, effect: { kind: 'extend', forMs: 100 } }, 40).kept.register.untilMs, 140);
  t.strictSame(accept(held(), { proposal: longer, effect: { kind: 'extend', forMs: 10 } }, 40).kept.vote, { value: 'va', untilMs: 100 });
});

t.test('an extension of another lease than the one that is live here is refused', async (t) => {
  const other = proposal({ ballot: { number: 6, step: 0 }, by: 'b', value: 'vb' });
  t.equal(accept(held(), { proposal: other, effect: { kind: 'extend', forMs: 100 } }, 40).answer.kind, 'refused');
});

t.test('a lease is live here only while the vote is its own, and both last', async (t) => {
  const at = (kept: Kept<string>, nowMs: number): boolean => read(kept, nowMs).answer.lease.isLive;
  t.ok(at(held(), 99));
  t.notOk(at({ ...held(), vote: undefined }, 99));
  t.notOk(at({ ...held(), vote: { value: 'vb', untilMs: 500 } }, 99));
  t.notOk(at({ ...held(), vote: { value: 'va', untilMs: 500 } }, 100));
  t.notOk(at({ ...held(), vote: { value: 'va', untilMs: 99 } }, 99));
});

t.test('a shortening never prolongs', async (t) => {
  const shorter = proposal({ ballot: { number: 5, step: 1 } });
  t.strictSame(accept(held(), { proposal: shorter, effect: { kind: 'shorten', forMs: 10 } }, 40).kept.vote, { value: 'va', untilMs: 50 });
  t.equal(accept(held(), { proposal: shorter, effect: { kind: 'shorten', forMs: 500 } }, 40).kept.register.untilMs, 100);
  t.equal(accept({ ...held(), vote: undefined }, { proposal: shorter, effect: { kind: 'shorten', forMs: 10 } }, 40).answer.kind, 'taken');
});

t.test('a release takes the vote of its lease with it', async (t) => {
  const { kept } = accept(held(), { proposal: empty({ number: 5, step: 1 }), effect: KEEP }, 10);
  t.equal(kept.vote, undefined);
  t.match(kept.register, { value: '', untilMs: 0, token: 10 });
});

t.test('a release leaves another’s vote alone', async (t) => {
  const other = { ...held(), vote: { value: 'vb', untilMs: 90 } };
  t.strictSame(accept(other, { proposal: empty({ number: 5, step: 1 }), effect: KEEP }, 10).kept.vote, { value: 'vb', untilMs: 90 });
});

t.test('a node that hears of a lease without having claimed it does not count it as live', async (t) => {
  const { kept, answer } = accept(voted('va', promised(5, 'a')), { proposal: proposal(), effect: KEEP }, 10);
  t.match(answer, { kind: 'taken', lease: { isLive: false, leftMs: 0 } });
  t.strictSame(kept.vote, { value: 'va', untilMs: 50 });
});

t.test('the time of one lease is not another’s', async (t) => {
  const other = proposal({ ballot: { number: 6, step: 0 }, by: 'b', value: 'vb' });
  t.match(accept(held(), { proposal: other, effect: KEEP }, 10).kept, { register: { value: 'vb', untilMs: 0, renewedMs: 0 }, vote: undefined });
});

t.test('a renewal moves the end on, and never back', async (t) => {
  t.strictSame(renew(held(), { ballot: { number: 5, step: 0 }, by: 'a', ttlMs: 100 }, 40).kept.vote, { value: 'va', untilMs: 140 });
  t.equal(renew(held(), { ballot: { number: 5, step: 0 }, by: 'a', ttlMs: 10 }, 40).kept.register.untilMs, 100);
});

t.test('a renewal does not ask for the promise, which others may have by now', async (t) => {
  t.equal(renew(promised(9, 'b', held()), { ballot: { number: 5, step: 0 }, by: 'a', ttlMs: 100 }, 40).answer.kind, 'taken');
});

t.test('a renewal of another state, or of a lease that is over, changes nothing', async (t) => {
  const kept = held();
  for (const [ballot, by, nowMs] of [[{ number: 5, step: 1 }, 'a', 40], [{ number: 4, step: 0 }, 'a', 40], [{ number: 5, step: 0 }, 'b', 40], [{ number: 5, step: 0 }, 'a', 100]] as const) {
    const done = renew(kept, { ballot, by, ttlMs: 100 }, nowMs);
    t.equal(done.answer.kind, 'refused');
    t.equal(done.kept, kept);
  }
});

t.test('a read promises nothing, and changes nothing', async (t) => {
  const kept = held();
  const done = read(kept, 100);
  t.equal(done.kept, kept);
  t.match(done.answer, { kind: 'taken', promised: 5, state: 'held by a', lease: { isLive: false, leftMs: 0 } });
});

t.test('a repair gives a node the state, and the lease with its vote', async (t) => {
  const { kept } = repair(NOTHING, { proposal: proposal(), ttlMs: 60, notAfterMs: 50 }, 40);
  t.match(kept.register, { state: 'held by a', untilMs: 100 });
  t.strictSame(kept.vote, { value: 'va', untilMs: 100 });
});

t.test('a repair puts back the vote of a state that is there already', async (t) => {
  const { kept } = repair({ ...held(), vote: undefined }, { proposal: proposal(), ttlMs: 90, notAfterMs: 50 }, 40);
  t.strictSame(kept.vote, { value: 'va', untilMs: 130 });
  t.equal(kept.register.untilMs, 130);
});

t.test('a repair that was stuck, that meets another’s vote, or an older state, does nothing', async (t) => {
  const stuck = repair(NOTHING, { proposal: proposal(), ttlMs: 60, notAfterMs: 50 }, 51);
  t.strictSame([stuck.answer.kind, stuck.kept], ['refused', NOTHING]);
  const taken = voted('vb');
  t.equal(repair(taken, { proposal: proposal(), ttlMs: 60, notAfterMs: 50 }, 40).kept, taken);
  const newer = accept(held(), { proposal: empty({ number: 5, step: 1 }), effect: KEEP }, 10).kept;
  t.equal(repair(newer, { proposal: proposal(), ttlMs: 60, notAfterMs: 50 }, 40).kept, newer);
});

t.test('a repair puts nothing back on a node that has told another proposer how the lease stands', async (t) => {
  const over = promised(6, 'b', { ...held(), vote: undefined });
  const { kept, answer } = repair(over, { proposal: proposal(), ttlMs: 60, notAfterMs: 50 }, 40);
  t.equal(answer.kind, 'refused');
  t.equal(kept, over);
});

t.test('what is forgotten raises the floor above all that it knew', async (t) => {
  const freed = accept(held(), { proposal: empty({ number: 5, step: 1 }), effect: KEEP }, 10).kept;
  t.equal(forget(freed, { number: 5, step: 1 }, 20).kept.floor, 10, 'the token');
  t.equal(forget(promised(12, 'b', freed), { number: 5, step: 1 }, 20).kept.floor, 12, 'the promise');
  t.equal(forget({ ...freed, floor: 15 }, { number: 5, step: 1 }, 20).kept.floor, 15, 'the floor itself');
  t.equal(forget(freed, { number: 5, step: 1 }, 20).kept.register, EMPTY_REGISTER);
});

t.test('nothing is forgotten under another ballot, nor where there is nothing', async (t) => {
  const kept = held();
  t.equal(forget(kept, { number: 5, step: 1 }, 20).kept, kept);
  t.equal(forget(NOTHING, { number: 0, step: 0 }, 20).answer.kind, 'refused');
});

t.test('a vote is given where there is none, or none any more', async (t) => {
  t.strictSame(takeVote(NOTHING, 'va', 50, 10), { kept: { ...NOTHING, vote: { value: 'va', untilMs: 60 } }, isVote: true });
  t.match(takeVote(voted('va'), 'vb', 50, 49), { kept: voted('va'), isVote: false });
  t.match(takeVote(voted('va'), 'va', 50, 49), { kept: voted('va'), isVote: false });
  t.match(takeVote(voted('va'), 'vb', 50, 50), { kept: { vote: { value: 'vb', untilMs: 100 } }, isVote: true });
});

t.test('a vote is taken back by its own value alone', async (t) => {
  t.equal(withdrawVote(voted('va'), 'va').vote, undefined);
  t.strictSame(withdrawVote(voted('va'), 'vb'), voted('va'));
});
