import { AsyncLocalStorage } from 'node:async_hooks';
import t from 'tap';
import { Notices } from '../../client/src/notices.ts';
import type { YieldRequest } from '../../client/src/views.ts';
import { turns } from '../support/scripted-exchange.ts';

const begin = () => {
  const notices = new Notices();
  const asked: YieldRequest[] = [];
  const waiters: number[] = [];
  notices.onYield((request) => asked.push(request), 0);
  notices.onWaiters((count) => waiters.push(count));
  return { notices, asked, waiters };
};

t.test('a request is told once, however many renewals repeat it', async (t) => {
  const { notices, asked } = begin();
  notices.deliver({ waiters: 1, yieldRequest: { by: 'b', reason: 'newer message', remainingMs: 10_000 } }, 1_000);
  notices.deliver({ waiters: 1, yieldRequest: { by: 'b', reason: 'newer message', remainingMs: 4_600 } }, 6_000);
  t.same(asked, [{ by: 'b', reason: 'newer message', remainingMs: 10_000 }]);
});

t.test('another asker, another reason, and an earlier end are news', async (t) => {
  const { notices, asked } = begin();
  const requests: YieldRequest[] = [{ by: 'b' }, { by: 'c' }, { by: 'c', reason: 'r' }, { by: 'c', reason: 'r', remainingMs: 9_000 }, { by: 'c', reason: 'r', remainingMs: 7_999 }];
  for (const yieldRequest of requests) notices.deliver({ waiters: 0, yieldRequest }, 0);
  t.same(asked, requests);
});

t.test('the standing request counts down', async (t) => {
  const { notices } = begin();
  t.equal(notices.yieldRequest(0), undefined);
  notices.deliver({ waiters: 0, yieldRequest: { by: 'b', remainingMs: 5_000 } }, 1_000);
  t.same(notices.yieldRequest(2_000), { by: 'b', remainingMs: 4_000 });
  t.same(notices.yieldRequest(9_000), { by: 'b', remainingMs: 0 });
});

t.test('who listens late hears of the request that stands', async (t) => {
  const { notices } = begin();
  notices.deliver({ waiters: 0, yieldRequest: { by: 'b' } }, 0);
  const asked: YieldRequest[] = [];
  notices.onYield((request) => asked.push(request), 0);
  const off = notices.onYield(() => t.fail('was taken off before its turn came'), 0);
  off();
  await turns(1);
  t.same(asked, [{ by: 'b' }]);
});

t.test('the number of waiters is told when it changes', async (t) => {
  const { notices, waiters } = begin();
  for (const count of [0, 2, 2, 1, 0]) notices.deliver({ waiters: count }, 0);
  t.same(waiters, [2, 1, 0]);
  t.equal(notices.waiters, 0);
});

t.test('a listener runs in the context in which it was given', async (t) => {
  const storage = new AsyncLocalStorage<string>();
  const notices = new Notices();
  const seen: unknown[] = [];
  storage.run('the turn', () => notices.onWaiters(() => seen.push(storage.getStore())));
  storage.run('a heartbeat', () => notices.deliver({ waiters: 1 }, 0));
  t.same(seen, ['the turn']);
});

t.test('a listener that throws disturbs no other, and its error is not lost', async (t) => {
  const { notices, waiters } = begin();
  const told: number[] = [];
  notices.onWaiters(() => {
    throw new Error('a fault of the listener');
  });
  notices.onWaiters((count) => told.push(count));
  const uncaught = new Promise((resolve) => process.once('uncaughtException', resolve));
  const others = process.listeners('uncaughtException').slice(0, -1);
  for (const other of others) process.off('uncaughtException', other);
  notices.deliver({ waiters: 3 }, 0);
  t.match(await uncaught, { message: 'a fault of the listener' });
  for (const other of others) process.on('uncaughtException', other);
  t.same([waiters, told], [[3], [3]]);
});

t.test('taken off, and silenced, nobody hears anything', async (t) => {
  const notices = new Notices();
  const off = notices.onWaiters(() => t.fail('was taken off'));
  off();
  notices.deliver({ waiters: 1 }, 0);
  notices.onWaiters(() => t.fail('the lease is over'));
  notices.silence();
  notices.deliver({ waiters: 2, yieldRequest: { by: 'b' } }, 0);
  t.equal(notices.waiters, 2);
});
