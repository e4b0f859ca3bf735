/** What the ledger takes for a loss, and what not. */
import t from 'tap';
import { factsOf, reconcile, type SessionFacts, type SessionRecord } from '../support/ledger/record.ts';
import { repliesIn, type ReplyFacts } from '../support/ledger/replies.ts';

const DEAD: ReplyFacts = { state: 'dead', fencingToken: 5, committed: true, attempts: 2, maybeDelivered: true, reason: 'refused', lastError: 'refused' };
const HELD: SessionFacts = { held: true, fencingToken: 7, draft: 1, askedBy: 'asker', previousToken: 5, endedBecause: 'released', replies: { r: DEAD } };
const record = (more: Partial<SessionRecord> = {}): SessionRecord => ({ session: 's', leaseId: 'id', acknowledged: HELD, ...more });

t.test('what was acknowledged is found', async (t) => {
  const body = {
    held: true,
    fencingToken: 7,
    metadata: { draft: 1 },
    yieldRequest: { by: 'asker' },
    previous: { holder: 'h', fencingToken: 5, endedBecause: 'released' },
  };
  const listed = [{ replyId: 'r', session: 's', holder: 'h', payloadBytes: 3, ...DEAD }];
  t.strictSame(reconcile(record(), factsOf(body, repliesIn(listed))), record());
});

const losses: [string, Partial<SessionFacts>][] = [
  ['a grant', { held: false, fencingToken: undefined }],
  ['its token', { fencingToken: 8 }],
  ['metadata', { draft: undefined }],
  ['newer metadata', { draft: 0 }],
  ['a yield request', { askedBy: undefined }],
  ['an end', { previousToken: 3 }],
  ['the reason of an end', { endedBecause: 'expired' }],
  ['a reply', { replies: {} }],
  ['a replay', { replies: { r: { ...DEAD, state: 'parked' } } }],
  ["a reply's token", { replies: { r: { ...DEAD, fencingToken: 6 } } }],
  ['that a reply was committed', { replies: { r: { ...DEAD, committed: false } } }],
  ['an attempt', { replies: { r: { ...DEAD, attempts: 1 } } }],
  ['that an attempt may have arrived', { replies: { r: { ...DEAD, maybeDelivered: false } } }],
  ['the reason of a reply', { replies: { r: { ...DEAD, reason: undefined } } }],
  ['the error of an attempt', { replies: { r: { ...DEAD, lastError: 'another' } } }],
  ['that no other reply was parked', { replies: { r: DEAD, s: DEAD } }],
];
for (const [what, lost] of losses) {
  t.test(`${what} is missed`, async (t) => {
    t.match(reconcile(record(), { ...HELD, ...lost }), /^s: acknowledged .* found /);
  });
}

t.test('a request that was not answered may have been carried out, or not, and nothing else', async (t) => {
  const open = record({ possible: { ...HELD, draft: 2 } });
  t.match(reconcile(open, HELD), { acknowledged: { draft: 1 }, possible: undefined });
  t.match(reconcile(open, { ...HELD, draft: 2 }), { acknowledged: { draft: 2 }, possible: undefined });
  t.type(reconcile(open, { ...HELD, draft: 3 }), 'string');
});

t.test('a grant that was not answered has a token above all that had been told', async (t) => {
  const open = record({ acknowledged: { held: false, replies: {} }, possible: { held: true, draft: 1, replies: {} }, tokenAbove: 100 });
  t.match(reconcile(open, { held: true, draft: 1, fencingToken: 101, replies: {} }), { acknowledged: { fencingToken: 101 } });
  t.type(reconcile(open, { held: true, draft: 1, fencingToken: 100, replies: {} }), 'string');
});
