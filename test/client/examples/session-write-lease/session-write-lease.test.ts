import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { answerMessage, SessionTakeoverError, SessionWriteTimeoutError } from '../../../../client/examples/session-write-lease/affected-gateway.ts';
import { mapError } from '../../../../client/examples/session-write-lease/map-error.ts';
import type { SessionWriteLockParams } from '../../../../client/examples/session-write-lease/seam.ts';
import { type SessionWriteLease, sessionWriteLease } from '../../../../client/examples/session-write-lease/session-write-lease.ts';
import type { LeaseClientOptions } from '../../../../client/src/index.ts';
import { clientOnApp } from '../../../support/client-on-app.ts';
import { until } from '../../../support/until.ts';

const KEY = 'agent:main:s';
const sessionFile = '/sessions/s.jsonl';

const setUp = async (t: Test, options: Partial<LeaseClientOptions> = {}) => {
  const onApp = await clientOnApp(t);
  const client = onApp.client('gateway', options);
  return { ...onApp, sdk: client, sessions: sessionWriteLease({ client, keyOf: () => KEY, mapError }) };
};

type Handle = (sessions: SessionWriteLease, sessionFile: string, message: () => Promise<void>) => Promise<void>;

/** Two messages to the gateway: the first one's provider resets three connections, the third of them once the second message has come so far. */
const twoMessages = async (t: Test, handle: Handle, secondHasComeFar: (parts: Awaited<ReturnType<typeof setUp>>, second: Promise<unknown>) => Promise<unknown>) => {
  const parts = await setUp(t);
  const file = join(t.testdir({}), 's.jsonl');
  const calls: string[] = [];
  const delivered: string[] = [];
  const { promise: gone, resolve: goOn } = Promise.withResolvers<void>();
  const complete = async (prompt: string, history: string): Promise<string> => {
    calls.push(prompt);
    const attempt = calls.filter((call) => call === prompt).length;
    if (prompt === 'first' && attempt === 3) await gone;
    if (prompt === 'first' && attempt <= 3) throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    return `answer to ${prompt}, after ${history.split('\n').length - 1} lines`;
  };
  const gateway = { acquireSessionWriteLock: parts.sessions.acquireSessionWriteLock, complete, deliver: async (reply: string) => void delivered.push(reply) };
  const answer = (prompt: string): Promise<unknown> => handle(parts.sessions, file, () => answerMessage(gateway, file, prompt)).catch((error: unknown) => error);
  const first = answer('first');
  await until('the third attempt at the first message', () => calls.length === 3);
  const second = answer('second');
  await secondHasComeFar(parts, second);
  goOn();
  return { outcomes: await Promise.all([first, second]), calls, delivered, written: readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line)) };
};

t.test('behind the seam alone, a message that comes during the retries costs the first one its finished reply', async (t) => {
  const { outcomes, calls, delivered, written } = await twoMessages(t, (_sessions, _file, message) => message(), (_parts, second) => second);
  t.type(outcomes[0], SessionTakeoverError);
  t.equal(outcomes[1], undefined);
  t.equal(calls.filter((call) => call === 'first').length, 4, 'the model has answered it, and was paid');
  t.strictSame(delivered, ['answer to second, after 0 lines']);
  t.match(written, [{ prompt: 'second' }]);
  t.equal(written.length, 1);
});

t.test('with one run around each message the second waits through the retries, and both replies are written and delivered in order', async (t) => {
  const { outcomes, calls, delivered, written } = await twoMessages(
    t,
    (sessions, file, message) => sessions.run({ sessionFile: file, timeoutMs: 60_000 }, message),
    ({ queued }) => queued(KEY, 1),
  );
  t.strictSame(outcomes, [undefined, undefined]);
  t.strictSame(calls, ['first', 'first', 'first', 'first', 'second']);
  t.strictSame(delivered, ['answer to first, after 0 lines', 'answer to second, after 1 lines']);
  t.strictSame(written.map(({ prompt }) => prompt), ['first', 'second']);
});

t.test('inside a run acquisitions nest, and their release lets go of nothing', async (t) => {
  const { sessions, requests, client } = await setUp(t);
  await sessions.run({ sessionFile }, async (lease) => {
    for (const allowReentrant of [true, false]) {
      const handle = await sessions.acquireSessionWriteLock({ sessionFile, allowReentrant, timeoutMs: 0 });
      handle.assertOwned();
      await handle.release();
      await handle.release();
      t.throws(() => handle.assertOwned(), SessionTakeoverError, 'what was released is owned no longer');
    }
    t.equal(lease.held, true);
    t.equal(await client('another gateway').tryAcquire(KEY), undefined);
  });
  t.strictSame(requests.filter((request) => request.includes('/v1/leases/')).map((request) => request.split(' ')[0]), ['PUT', 'PUT', 'DELETE'], 'one lease for the run, and the other gateway’s try');
});

t.test('it nests for a client whose acquires do not nest otherwise, and inside a run that is inside a run', async (t) => {
  const { sessions } = await setUp(t, { reentrant: false });
  await sessions.run({ sessionFile }, (outer) =>
    sessions.run({ sessionFile, timeoutMs: 0 }, async (inner) => {
      t.equal(inner.fencingToken, outer.fencingToken);
      await (await sessions.acquireSessionWriteLock({ sessionFile, timeoutMs: 0 })).release();
    }),
  );
});

t.test('two acquisitions of one run exclude each other, in order, as they did before', async (t) => {
  const { sessions } = await setUp(t);
  await sessions.run({ sessionFile }, async () => {
    const order: string[] = [];
    const first = await sessions.acquireSessionWriteLock({ sessionFile });
    const others = ['second', 'third'].map(async (name) => {
      const handle = await sessions.acquireSessionWriteLock({ sessionFile });
      order.push(`${name} in`);
      await Promise.resolve();
      order.push(`${name} out`);
      await handle.release();
    });
    await new Promise((resolve) => setImmediate(resolve));
    order.push('first out');
    await first.release();
    await Promise.all(others);
    t.strictSame(order, ['first out', 'second in', 'second out', 'third in', 'third out']);
  });
});

t.test('allowReentrant joins the acquisitions that are open, and those without it wait for all of them', async (t) => {
  const { sessions } = await setUp(t);
  await sessions.run({ sessionFile }, async () => {
    const first = await sessions.acquireSessionWriteLock({ sessionFile });
    const joined = await sessions.acquireSessionWriteLock({ sessionFile, allowReentrant: true });
    let entered = false;
    const alone = sessions.acquireSessionWriteLock({ sessionFile }).then((handle) => {
      entered = true;
      return handle;
    });
    await first.release();
    await first.release();
    await new Promise((resolve) => setImmediate(resolve));
    t.equal(entered, false, 'the joined one is still inside, however often the first is released');
    await joined.release();
    await (await alone).release();
  });
});

t.test('an acquisition that waits for its own caller is told so by the timeout, and leaves nothing behind', async (t) => {
  const { sessions } = await setUp(t);
  await sessions.run({ sessionFile }, async (lease) => {
    const outer = await sessions.acquireSessionWriteLock({ sessionFile });
    const inner = sessions.acquireSessionWriteLock({ sessionFile, timeoutMs: 20 });
    await t.rejects(inner, { name: 'SessionWriteTimeoutError', cause: { code: 'lease-held', currentToken: lease.fencingToken, waitedMs: 20, waiters: 0 } });
    await t.rejects(sessions.acquireSessionWriteLock({ sessionFile, timeoutMs: 0 }), SessionWriteTimeoutError);
    const reason = new Error('the user gave up');
    const aborting = new AbortController();
    const aborted = sessions.acquireSessionWriteLock({ sessionFile, signal: aborting.signal });
    await new Promise((resolve) => setImmediate(resolve));
    aborting.abort(reason);
    await t.rejects(aborted, reason);
    await outer.release();
    await (await sessions.acquireSessionWriteLock({ sessionFile, timeoutMs: 0 })).release();
  });
});

t.test('a thousand acquisitions of one run may wait, and one more is refused', async (t) => {
  const { sessions } = await setUp(t);
  await sessions.run({ sessionFile }, async () => {
    const first = await sessions.acquireSessionWriteLock({ sessionFile });
    const waiting = Array.from({ length: 1_000 }, async () => (await sessions.acquireSessionWriteLock({ sessionFile })).release());
    await t.rejects(sessions.acquireSessionWriteLock({ sessionFile }), { name: 'SessionWriteTimeoutError', cause: { code: 'waiters-full' } });
    await first.release();
    await Promise.all(waiting);
  });
});

t.test('an acquisition that was never released is over with its run, and those that wait for it are told', async (t) => {
  const { sessions } = await setUp(t);
  const outlived = await sessions.run({ sessionFile }, async () => {
    await sessions.acquireSessionWriteLock({ sessionFile });
    const waiting = ['one', 'two'].map(() => sessions.acquireSessionWriteLock({ sessionFile }).catch((error: unknown) => error));
    await new Promise((resolve) => setImmediate(resolve));
    return { waiting };
  });
  for (const waiting of outlived.waiting) t.match(await waiting, { name: 'SessionTakeoverError', cause: { code: 'lease-ended' } });
  await sessions.run({ sessionFile }, async () => (await sessions.acquireSessionWriteLock({ sessionFile, timeoutMs: 0 })).release());
});

t.test('when the session is lost, an open acquisition and the next one throw the gateway’s takeover error', async (t) => {
  const { sessions, client } = await setUp(t);
  await sessions.run({ sessionFile }, async (lease) => {
    const handle = await sessions.acquireSessionWriteLock({ sessionFile });
    await client('operator').revoke(KEY, { reason: 'wedged' });
    await t.rejects(lease.verify());
    t.throws(() => handle.assertOwned(), { name: 'SessionTakeoverError', message: /s\.jsonl/, cause: { code: 'lease-lost', endedBecause: 'revoked' } });
    await t.rejects(sessions.acquireSessionWriteLock({ sessionFile }), { name: 'SessionTakeoverError', cause: { code: 'lease-lost' } });
    await handle.release();
  });
});

t.test('a run that waits for longer than its timeout throws the gateway’s timeout error', async (t) => {
  const { sessions, client } = await setUp(t);
  await client('another gateway').acquire(KEY);
  await t.rejects(sessions.run({ sessionFile, timeoutMs: 0 }, () => t.fail('it must not run')), { name: 'SessionWriteTimeoutError', cause: { code: 'lease-held', holder: 'another gateway' } });
  await t.rejects(sessions.acquireSessionWriteLock({ sessionFile, timeoutMs: 0 }), SessionWriteTimeoutError, 'so does an acquisition outside of a run');
});

t.test('outside of a run an acquisition holds a lease of its own, and the next message of the same process waits for it', async (t) => {
  const { sessions, client, queued } = await setUp(t);
  const alone = await sessions.acquireSessionWriteLock({ sessionFile });
  t.equal(await client('another gateway').tryAcquire(KEY), undefined);
  const run = sessions.run({ sessionFile }, () => 'ran');
  await queued(KEY, 1);
  await alone.release();
  t.equal(await run, 'ran');
});

t.test('the terms of a run reach the service', async (t) => {
  const { sessions, sdk } = await setUp(t);
  const params: SessionWriteLockParams = { sessionFile, staleMs: 12_000, maxHoldMs: 20_000 };
  await sessions.run(params, async (lease) => t.equal(lease.ttlMs, 12_000));
  await sessions.run({ sessionFile, staleMs: 1_800_000 }, async () => t.equal((await sdk.inspect(KEY)).ttlMs, 30_000));
});

t.test('the signal ends the wait with its own reason, and what the message itself throws comes through as it is', async (t) => {
  const { sessions, client, queued } = await setUp(t);
  const other = await client('another gateway').acquire(KEY);
  const aborting = new AbortController();
  const reason = new Error('the user gave up');
  const waiting = sessions.run({ sessionFile, signal: aborting.signal }, () => t.fail('it must not run'));
  waiting.catch(() => {
    // It is looked at below, once the signal was aborted.
  });
  await queued(KEY, 1);
  aborting.abort(reason);
  t.equal(await waiting.catch((error: unknown) => error), reason);
  await other.release();
  const fault = new Error('a fault of the gateway');
  t.equal(await sessions.run({ sessionFile }, () => Promise.reject(fault)).catch((error: unknown) => error), fault);
});

t.test('what mapError gives back unchanged is thrown as it is, and so is an error of keyOf', async (t) => {
  const { sessions, sdk } = await setUp(t);
  const negative = { sessionFile, timeoutMs: -1 };
  await t.rejects(sessions.run(negative, () => t.fail('it must not run')), { name: 'InvalidRequestError', message: /waitMs/ });
  await t.rejects(sessions.acquireSessionWriteLock(negative), { name: 'InvalidRequestError', message: /waitMs/ });
  const fault = new Error('no such session');
  const keyless = sessionWriteLease({
    client: sdk,
    mapError,
    keyOf: () => {
      throw fault;
    },
  });
  t.equal(await keyless.acquireSessionWriteLock({ sessionFile }).catch((error: unknown) => error), fault);
});

t.test('two messages of one process do not share a run', async (t) => {
  const { sessions, queued } = await setUp(t);
  const order: string[] = [];
  let entered = false;
  await Promise.all([
    sessions.run({ sessionFile }, async () => {
      entered = true;
      await queued(KEY, 1);
      order.push('first');
    }),
    until('the first has begun', () => entered).then(() => sessions.acquireSessionWriteLock({ sessionFile, allowReentrant: true })).then(async (handle) => {
      order.push('second');
      await handle.release();
    }),
  ]);
  t.strictSame(order, ['first', 'second']);
});
