import t from 'tap';
import { chosenOf, leaseOf, leftOf, majorityOf, readOf, writeOf, type Said } from '../../../../../service/src/stores/quorum/rules/majority.ts';
import type { LeaseStanding, NodeAnswer } from '../../../../../service/src/stores/quorum/rules/register.ts';

type Answer = NodeAnswer<string>;

const GONE: LeaseStanding = { isLive: false, leftMs: 0, renewedMsAgo: 0 };
const live = (leftMs: number, renewedMsAgo = 0): LeaseStanding => ({ isLive: true, leftMs, renewedMsAgo });

const answer = (change: Partial<Answer> = {}): Answer => ({ kind: 'taken', promised: 0, accepted: { number: 0, step: 0 }, acceptedBy: '', state: undefined, token: 0, value: '', lease: GONE, floor: 0, ...change });
const at = (number: number, step = 0): Answer => answer({ accepted: { number, step }, state: `${number}.${step}` });
const refused = (promised: number): Answer => answer({ kind: 'refused', promised });
const leased = (lease: LeaseStanding, value = 'v'): Answer => answer({ value, lease });

const LOST: Said<Answer> = { kind: 'silent', wasSent: false };
const UNSURE: Said<Answer> = { kind: 'silent', wasSent: true };

t.test('a majority of three is two, of five three', async (t) => {
  t.equal(majorityOf(3), 2);
  t.equal(majorityOf(5), 3);
});

t.test('promises: undecided until a majority has promised', async (t) => {
  t.equal(chosenOf([at(1), undefined, undefined]).kind, 'undecided');
  t.equal(chosenOf([at(1), refused(4), undefined]).kind, 'undecided');
  t.equal(chosenOf([at(1), UNSURE, undefined]).kind, 'undecided');
});

t.test('promises: the state with the largest ballot is chosen', async (t) => {
  t.match(chosenOf([at(1, 7), undefined, at(2, 0)]), { kind: 'chosen', answer: { state: '2.0' }, isCommitted: false });
  t.match(chosenOf([at(2, 1), undefined, at(2, 0)]), { kind: 'chosen', answer: { state: '2.1' }, isCommitted: false });
});

t.test('promises: committed is what a majority has, one that refused included', async (t) => {
  t.match(chosenOf([at(2), at(2), undefined]), { kind: 'chosen', isCommitted: true });
  t.match(chosenOf([at(2), at(1), { ...refused(9), accepted: { number: 2, step: 0 } }]), { kind: 'chosen', answer: { state: '2.0' }, isCommitted: true });
});

t.test('promises: what one that refused has is not chosen', async (t) => {
  t.match(chosenOf([at(1), at(1), { ...at(3), kind: 'refused' }]), { kind: 'chosen', answer: { state: '1.0' }, isCommitted: true });
});

t.test('promises: refused once no majority can promise, with the largest number', async (t) => {
  t.strictSame(chosenOf([at(1), refused(4), refused(6)]), { kind: 'refused', promised: 6 });
  t.strictSame(chosenOf([refused(4), LOST, undefined]), { kind: 'refused', promised: 4 });
  t.equal(chosenOf([LOST, LOST, LOST]).kind, 'undecided', 'nobody has refused');
});

t.test('a read is good when a majority has the same ballot', async (t) => {
  t.match(readOf([at(2), undefined, at(2)]), { kind: 'good', answer: { state: '2.0' } });
  t.equal(readOf([at(2), undefined, at(1)]).kind, 'undecided');
  t.equal(readOf([at(2), at(1), at(3)]).kind, 'undecided');
  t.equal(readOf([at(2), LOST, undefined]).kind, 'undecided');
});

t.test('a lease is live on a majority, with the smaller of what is left of it there', async (t) => {
  t.strictSame(leaseOf([leased(live(50, 9)), leased(live(30, 4)), undefined], 'v'), { kind: 'live', leftMs: 30, renewedMsAgo: 4 });
  t.strictSame(leaseOf([leased(live(50)), leased(live(30)), leased(live(40))], 'v'), { kind: 'live', leftMs: 40, renewedMsAgo: 0 });
  t.match(leaseOf([leased(live(50)), leased(GONE), leased(live(40))], 'v'), { kind: 'live', leftMs: 40 });
});

t.test('a lease is over where a majority has it no more, since the last of these lost it', async (t) => {
  t.strictSame(leaseOf([leased({ ...GONE, leftMs: -5 }), leased({ ...GONE, leftMs: -9 }), undefined], 'v'), { kind: 'over', sinceMs: 5 });
  t.match(leaseOf([leased(GONE), leased(live(50), 'w'), undefined], 'v'), { kind: 'over' }, 'another’s is not this one');
});

t.test('a lease is undecided while neither is sure', async (t) => {
  t.equal(leaseOf([leased(live(50)), leased(GONE), undefined], 'v').kind, 'undecided');
  t.equal(leaseOf([leased(live(50)), leased(GONE), UNSURE], 'v').kind, 'undecided');
  t.equal(leaseOf([leased(GONE), LOST, LOST], 'v').kind, 'undecided');
});

t.test('what is left: a missing answer counts as nothing', async (t) => {
  t.equal(leftOf([leased(live(50)), undefined, undefined], 'v'), 0);
  t.equal(leftOf([leased(live(50)), UNSURE, leased(live(20))], 'v'), 20);
  t.equal(leftOf([leased(live(50)), leased({ isLive: false, leftMs: 40, renewedMsAgo: 0 }), LOST], 'v'), 0, 'a vote that is gone is nothing either');
  t.equal(leftOf([leased(live(50)), leased(live(10)), leased(live(20)), undefined, leased(live(30))], 'v'), 20, 'of five');
});

t.test('a write is carried by a majority', async (t) => {
  t.equal(writeOf([answer(), undefined, undefined]).kind, 'undecided');
  t.equal(writeOf([answer(), refused(3), answer()]).kind, 'carried');
});

t.test('a write is refused once no majority can take it', async (t) => {
  t.equal(writeOf([answer(), refused(3), undefined]).kind, 'undecided');
  t.strictSame(writeOf([refused(7), refused(3), undefined]), { kind: 'refused', promised: 7 });
  t.strictSame(writeOf([answer(), refused(3), LOST]), { kind: 'refused', promised: 3 });
  t.equal(writeOf([LOST, LOST, undefined]).kind, 'refused', 'it never went out');
});

t.test('a write is unknown where those that are silent may have taken it', async (t) => {
  t.equal(writeOf([answer(), refused(3), UNSURE]).kind, 'unknown');
  t.equal(writeOf([answer(), UNSURE, undefined]).kind, 'undecided');
  t.equal(writeOf([UNSURE, UNSURE, refused(3)]).kind, 'unknown');
});
