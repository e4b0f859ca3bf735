import t from 'tap';
import { UnauthorizedError } from '../../../client/src/errors.ts';
import { ReplyCalls } from '../../../client/src/replies/reply-calls.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { ScriptedExchange, turns } from '../../support/scripted-exchange.ts';

const begin = () => {
  const clock = new FakeClock();
  const exchange = new ScriptedExchange(clock);
  const calls = new ReplyCalls({ exchange, clock, random: () => 0, closed: new AbortController().signal, holder: 'gateway-1', requestTimeoutMs: 5_000 });
  return { clock, exchange, calls };
};
const viewOf = (replyId: string) => ({ session: 's', replyId, state: 'parked' });
const collect = async <T>(all: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const one of all) found.push(one);
  return found;
};

t.test('parking tells who did it, and whether it was there before', async (t) => {
  const { exchange, calls } = begin();
  const parking = calls.park('a/b', 'r-1', { fencingToken: 7, payload: { text: 'x' }, sequence: 3, committed: true });
  const pending = await exchange.next();
  t.match(pending.call, { method: 'PUT', path: '/v1/replies/~YS9i/r-1', body: { holder: 'gateway-1', fencingToken: 7, payload: { text: 'x' }, sequence: 3, committed: true }, purpose: 'calls' });
  t.notOk('signal' in (pending.call.body as object), 'the signal is not for the wire');
  pending.answer(201, viewOf('r-1'));
  t.same(await parking, { repeated: false, reply: viewOf('r-1') });
  const again = calls.park('s', 'r-1', { fencingToken: 7, payload: 1, holder: 'gateway-0' });
  const second = await exchange.next();
  t.match(second.call.body, { holder: 'gateway-0' }, 'a spooled reply keeps who generated it');
  second.answer(200, viewOf('r-1'));
  t.equal((await again).repeated, true);
});

t.test('a reply id that no service would take is refused before anything is sent', async (t) => {
  const { exchange, calls } = begin();
  for (const replyId of ['', '.', '..', 'a/b', 'a b', 'ä', 'x'.repeat(129)]) await t.rejects(calls.read('s', replyId), { code: 'request-invalid', message: /replyId/ }, replyId);
  await t.rejects(calls.read('', 'r-1'), { code: 'session-invalid' });
  t.equal(exchange.calls.length, 0);
});

t.test('a lost answer is asked for again, with the same words', async (t) => {
  const { clock, exchange, calls } = begin();
  const attempting = calls.attempt({ session: 's', leaseId: 'the-lease-id' }, 'r-1', { attempt: 2, outcome: 'sending', committed: true });
  const first = await exchange.next();
  t.match(first.call, { method: 'POST', path: '/v1/replies/s/r-1/attempts', leaseId: 'the-lease-id', body: { attempt: 2, outcome: 'sending', committed: true } });
  first.fail(Object.assign(new UnauthorizedError('x'), { retryable: true }));
  await turns();
  clock.advance(50);
  const second = await exchange.next();
  t.same(second.call.body, first.call.body);
  second.answer(200, viewOf('r-1'));
  t.same(await attempting, viewOf('r-1'));
});

t.test('listings are fetched page by page, with what is asked for', async (t) => {
  const { exchange, calls } = begin();
  const listing = collect(calls.listSession('s', { state: 'dead', pageSize: 2 }));
  const first = await exchange.next();
  t.equal(first.call.path, '/v1/replies/s?state=dead&limit=2');
  first.answer(200, { replies: [viewOf('1'), viewOf('2')], nextCursor: 'c&1' });
  const second = await exchange.next();
  t.equal(second.call.path, '/v1/replies/s?state=dead&limit=2&cursor=c%261');
  second.answer(200, { replies: [], nextCursor: 'c2' });
  (await exchange.next()).answer(200, { replies: [viewOf('3')] });
  t.same(await listing, ['1', '2', '3'].map(viewOf), 'an empty page is not the last one');
  const all = collect(calls.list({}));
  const third = await exchange.next();
  t.equal(third.call.path, '/v1/replies');
  third.answer(200, { replies: [] });
  t.same(await all, []);
});

t.test('due replies come as one page', async (t) => {
  const { exchange, calls } = begin();
  const due = calls.listDue(50);
  const pending = await exchange.next();
  t.equal(pending.call.path, '/v1/replies?due=true&limit=50');
  pending.answer(200, { replies: [viewOf('1')], nextCursor: 'c' });
  t.same(await due, [viewOf('1')]);
  t.equal(exchange.untaken, 0);
});

t.test('replay and discard are the holder\'s, by the lease id, or an operator\'s', async (t) => {
  const { exchange, calls } = begin();
  const taker = { session: 's', leaseId: 'the-lease-id' };
  for (const [verb, call] of [['replay', calls.replay('s', 'r', { reason: 'why' }, taker)], ['discard', calls.discard('s', 'r', { reason: 'why' })]] as const) {
    const pending = await exchange.next();
    t.match(pending.call, { method: 'POST', path: `/v1/replies/s/r/${verb}`, body: { reason: 'why' } });
    t.equal(pending.call.leaseId, verb === 'replay' ? 'the-lease-id' : undefined);
    pending.answer(200, viewOf('r'));
    t.same(await call, viewOf('r'));
  }
});

t.test('each refusal is an error of its own', async (t) => {
  const cases = [
    [409, { code: 'reply-not-next', replyId: 'head' }, { name: 'ReplyRefusedError', code: 'reply-not-next', session: 's', replyId: 'head' }],
    [409, { code: 'reply-settled', state: 'dead' }, { name: 'ReplyRefusedError', state: 'dead' }],
    [409, { code: 'attempt-superseded', attempts: 4 }, { name: 'ReplyRefusedError', attempts: 4 }],
    [409, { code: 'attempt-not-taken' }, { name: 'ReplyRefusedError' }],
    [409, { code: 'reply-sending' }, { name: 'ReplyRefusedError' }],
    [404, { code: 'reply-unknown' }, { name: 'ReplyRefusedError' }],
    [410, { code: 'lease-lost', fencingToken: 7, endedBecause: 'expired' }, { name: 'LeaseLostError', session: 's', endedBecause: 'expired' }],
    [404, { code: 'lease-unknown' }, { name: 'InvalidRequestError', code: 'lease-unknown' }],
    [429, { code: 'replies-full', retryable: true }, { name: 'RepliesFullError', retryable: true }],
    [422, { code: 'reply-id-reused' }, { name: 'InvalidRequestError', code: 'reply-id-reused' }],
    [413, { code: 'payload-too-large' }, { name: 'InvalidRequestError', code: 'payload-too-large', retryable: false }],
  ] as const;
  for (const [status, body, expected] of cases) {
    const { exchange, calls } = begin();
    const reading = calls.read('s', 'r');
    (await exchange.next()).answer(status, { ...body, detail: 'why', requestId: 'q-1' });
    await t.rejects(reading, { ...expected, message: expected.name === 'LeaseLostError' ? /./ : 'why', requestId: 'q-1' }, body.code);
  }
});
