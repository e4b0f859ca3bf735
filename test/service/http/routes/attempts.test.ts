// POST /v1/replies/{session}/{replyId}/attempts
import t from 'tap';
import { buildTestApp, type Built } from '../../../support/build-app.ts';
import { acquire, call, inspect, leaseIdOf, release } from '../../../support/inject.ts';
import { attempt, park, readReply, replyPath, tokenOf } from '../../../support/reply-calls.ts';

/** A session held by `a`, with a reply parked. */
const held = async (test: Parameters<typeof buildTestApp>[0]): Promise<Built & { fencingToken: number }> => {
  const built = await buildTestApp(test);
  const fencingToken = await tokenOf(built.app, 's', 'a');
  await park(built.app, 's', 'r', { fencingToken });
  return { ...built, fencingToken };
};

t.test('the live holder takes the reply, and says that it is delivered; each can be repeated', async (t) => {
  const { app } = await held(t);
  for (const repeat of [1, 2]) {
    const taken = await attempt(app, 's', 'r', 'a', { attempt: 1, outcome: 'sending', committed: true });
    t.equal(taken.statusCode, 200, `sending, time ${repeat}`);
    t.match(taken.json(), { session: 's', replyId: 'r', state: 'sending', attempts: 1, committed: true });
    t.notOk('payload' in taken.json());
  }
  for (const repeat of [1, 2]) {
    const delivered = await attempt(app, 's', 'r', 'a', { attempt: 1, outcome: 'delivered' });
    t.equal(delivered.statusCode, 200, `delivered, time ${repeat}`);
    t.match(delivered.json(), { state: 'delivered', attempts: 1, settledMsAgo: 0 });
  }
  t.match((await inspect(app, 's')).json(), { parkedReplies: 0 });
});

t.test('a failure parks it again with a back-off, a permanent one makes it dead, and an unknown end is told as such', async (t) => {
  const { app } = await held(t);
  const send = (number: number) => attempt(app, 's', 'r', 'a', { attempt: number, outcome: 'sending' });
  await send(1);
  t.match((await attempt(app, 's', 'r', 'a', { attempt: 1, outcome: 'failed', error: '429' })).json(), { state: 'parked', dueInMs: 5_000, lastError: '429' });
  await send(2);
  t.match((await attempt(app, 's', 'r', 'a', { attempt: 2, outcome: 'failed', retryAfterMs: 60_000 })).json(), { state: 'parked', dueInMs: 60_000, lastError: '429' });
  await send(3);
  t.match((await attempt(app, 's', 'r', 'a', { attempt: 3, outcome: 'unknown', error: 'reset' })).json(), { state: 'unknown', dueInMs: 0, lastError: 'reset' });
  await send(4);
  t.match((await attempt(app, 's', 'r', 'a', { attempt: 4, outcome: 'failed', permanent: true, error: 'no such chat' })).json(), { state: 'dead', reason: 'no such chat' });
});

t.test('a reply that is not known is 404, and a settled one 409 with its state', async (t) => {
  const { app } = await held(t);
  t.match((await attempt(app, 's', 'x', 'a', { attempt: 1, outcome: 'sending' })).json(), { status: 404, code: 'reply-unknown', outcome: 'not-applied' });
  await attempt(app, 's', 'r', 'a', { attempt: 1, outcome: 'sending' });
  await attempt(app, 's', 'r', 'a', { attempt: 1, outcome: 'delivered' });
  const settled = await attempt(app, 's', 'r', 'a', { attempt: 2, outcome: 'sending' });
  t.match(settled.json(), { status: 409, code: 'reply-settled', state: 'delivered', outcome: 'not-applied', retryable: false });
  t.notOk('retry-after' in settled.headers);
});

t.test('only the head may be taken: 409 names it', async (t) => {
  const { app, fencingToken } = await held(t);
  await park(app, 's', 'later', { fencingToken });
  t.match((await attempt(app, 's', 'later', 'a', { attempt: 1, outcome: 'sending' })).json(), { status: 409, code: 'reply-not-next', replyId: 'r', outcome: 'not-applied' });
});

t.test('another number is 409 with how many there were, and what was not taken cannot be settled', async (t) => {
  const { app } = await held(t);
  t.match((await attempt(app, 's', 'r', 'a', { attempt: 2, outcome: 'sending' })).json(), { status: 409, code: 'attempt-superseded', attempts: 0, outcome: 'not-applied' });
  await attempt(app, 's', 'r', 'a', { attempt: 1, outcome: 'sending' });
  t.match((await attempt(app, 's', 'r', 'b', { attempt: 1, outcome: 'delivered' })).json(), { status: 409, code: 'attempt-not-taken', outcome: 'not-applied' });
  t.match((await attempt(app, 's', 'r', 'a', { attempt: 2, outcome: 'failed' })).json(), { code: 'attempt-superseded', attempts: 1 });
});

t.test('without a live lease nothing is taken; what was delivered is believed all the same', async (t) => {
  const { app } = await held(t);
  t.match((await attempt(app, 's', 'r', 'stranger', { attempt: 1, outcome: 'sending' })).json(), { status: 404, code: 'lease-unknown' });
  await attempt(app, 's', 'r', 'a', { attempt: 1, outcome: 'sending' });
  await release(app, 's', 'a');
  t.match((await readReply(app, 's', 'r')).json(), { state: 'unknown', attempts: 1 });
  await acquire(app, 's', 'b');
  t.match((await attempt(app, 's', 'r', 'a', { attempt: 1, outcome: 'failed' })).json(), {
    status: 410,
    code: 'lease-lost',
    endedBecause: 'released',
    successor: { holder: 'b' },
    outcome: 'not-applied',
  });
  t.match((await attempt(app, 's', 'r', 'a', { attempt: 1, outcome: 'delivered' })).json(), { state: 'delivered' });
});

// Refusals change nothing, so one app has room for them all.
const { app } = await held(t);

const refusedBody = (name: string, body: object, detail: string | RegExp): void => {
  t.test(`${name} is refused`, async (t) => {
    t.match((await attempt(app, 's', 'r', 'a', body)).json(), { status: 400, code: 'request-invalid', detail });
    t.match((await readReply(app, 's', 'r')).json(), { state: 'parked', attempts: 0 });
  });
};

refusedBody('no attempt', { outcome: 'sending' }, 'attempt: is required');
refusedBody('no outcome', { attempt: 1 }, 'outcome: is required');
refusedBody('an attempt of 0', { attempt: 0, outcome: 'sending' }, 'attempt: must be from 1 to 9007199254740991');
refusedBody('an attempt with a fraction', { attempt: 1.5, outcome: 'sending' }, 'attempt: must be an integer from 1 to 9007199254740991');
refusedBody('an attempt of 2^53', { attempt: 2 ** 53, outcome: 'sending' }, 'attempt: must be from 1 to 9007199254740991');
refusedBody('an outcome of another name', { attempt: 1, outcome: 'sent' }, 'outcome: must be one of sending, delivered, failed, unknown');
refusedBody('an outcome that is a number', { attempt: 1, outcome: 1 }, 'outcome: must be a string');
refusedBody('committed as text', { attempt: 1, outcome: 'sending', committed: 'yes' }, 'committed: must be true or false');
refusedBody('an error of 2049 bytes', { attempt: 1, outcome: 'failed', error: `${'é'.repeat(1_024)}x` }, 'error: must be at most 2048 bytes of UTF-8');
refusedBody('an error with an unpaired surrogate', { attempt: 1, outcome: 'failed', error: '\ud800' }, 'error: must not contain an unpaired surrogate');
refusedBody('an error that is a number', { attempt: 1, outcome: 'failed', error: 429 }, 'error: must be a string');
refusedBody('retryAfterMs one above its limit', { attempt: 1, outcome: 'failed', retryAfterMs: 86_400_001 }, 'retryAfterMs: must be from 0 to 86400000');
refusedBody('an error of an attempt that begins', { attempt: 1, outcome: 'sending', error: 'x' }, 'error: does not go with the outcome sending');
refusedBody('a wait after a failure that is permanent', { attempt: 1, outcome: 'failed', permanent: true, retryAfterMs: 1 }, 'retryAfterMs: does not go with permanent');
for (const outcome of ['sending', 'delivered', 'unknown']) {
  refusedBody(`retryAfterMs with ${outcome}`, { attempt: 1, outcome, retryAfterMs: 0 }, 'retryAfterMs: goes with the outcome failed only');
  refusedBody(`permanent with ${outcome}`, { attempt: 1, outcome, permanent: false }, 'permanent: goes with the outcome failed only');
}
refusedBody('an unknown member', { attempt: 1, outcome: 'sending', payload: 1 }, /^payload: unknown member; known are attempt, outcome, /);

t.test('each limit itself is taken', async (t) => {
  const { app } = await held(t);
  const error = 'é'.repeat(1_024);
  await attempt(app, 's', 'r', 'a', { attempt: 1, outcome: 'sending' });
  t.match((await attempt(app, 's', 'r', 'a', { attempt: 1, outcome: 'failed', error, retryAfterMs: 86_400_000, permanent: false })).json(), {
    state: 'parked',
    lastError: error,
    dueInMs: 86_400_000,
  });
});

t.test('a Lease-Id is needed, and is not repeated in the answer', async (t) => {
  const body = { attempt: 1, outcome: 'sending' };
  const url = `${replyPath('s', 'r')}/attempts`;
  for (const leaseId of [undefined, '', 'q'.repeat(21), 'q'.repeat(129), `${leaseIdOf('a')}.`]) {
    const refused = await call(app, { method: 'POST', url, body, ...(leaseId !== undefined && { leaseId }) });
    t.match(refused.json(), { status: 400, code: 'lease-id-invalid', detail: 'Lease-Id: must be 22 to 128 of A-Z, a-z, 0-9, _ and -' });
    if (leaseId) t.notOk(refused.body.includes(leaseId));
  }
  t.match((await call(app, { method: 'POST', url: `${replyPath('s', 'a%20b')}/attempts`, leaseId: leaseIdOf('a'), body })).json(), { code: 'request-invalid', detail: /^replyId: / });
});
