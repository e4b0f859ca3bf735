/** While another process is inside the exclusive step a call waits, without blocking the event loop, and not for ever. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { openFileFence } from '../../../client/src/fences/file.ts';
import { FakeClock } from '../../support/fake-clock.ts';

interface Test {
  testdir(contents: Record<string, string>): string;
  teardown(end: () => unknown): void;
}

/** Stands inside the exclusive step of a fence, as another process would, until told to leave. */
const stepInside = (test: Test, path: string): { leave(): void } => {
  const database = new DatabaseSync(`${path}.fence`, { timeout: 0 });
  database.exec('BEGIN IMMEDIATE');
  test.teardown(() => database.close());
  return { leave: () => database.exec('ROLLBACK') };
};

const openWithClock = async (test: Test, waitMs?: number) => {
  const path = join(test.testdir({}), 'chat.jsonl');
  const clock = new FakeClock();
  const fence = await openFileFence(path, waitMs === undefined ? { clock } : { clock, waitMs });
  test.teardown(() => fence.close());
  return { path, clock, fence };
};

/** Lets the promises of the process go on; the clock stands still meanwhile. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Moves the clock on in small steps, as time passes, so that each look is followed by the next. */
const pass = async (clock: FakeClock, ms: number): Promise<void> => {
  await settle();
  for (let passedMs = 0; passedMs < ms; passedMs += 1) {
    clock.advance(1);
    await settle();
  }
};

t.test('a call goes on within 5 ms after the other process has left', async (t) => {
  const { path, clock, fence } = await openWithClock(t);
  const other = stepInside(t, path);
  let appended = false;
  const append = fence.append(1, 'line\n').then(() => (appended = true));
  await pass(clock, 100);
  t.equal(appended, false);
  other.leave();
  await pass(clock, 5);
  t.equal(appended, true);
  await append;
});

t.test('a call gives up after waitMs, not before, and has written nothing', async (t) => {
  const { path, clock, fence } = await openWithClock(t, 50);
  const other = stepInside(t, path);
  let ended = false;
  const append = fence.append(1, 'line\n').finally(() => (ended = true));
  append.catch(() => {}); // looked at below
  await pass(clock, 49);
  t.equal(ended, false);
  await pass(clock, 1);
  await t.rejects(append, { code: 'fence-busy', retryable: true, outcome: 'not-applied' });
  other.leave();
  t.strictSame(await fence.append(1, 'later\n'), { lengthBytes: 6, removedBytes: 0 });
});

t.test('opening waits too', async (t) => {
  const { path } = await openWithClock(t);
  const rival = stepInside(t, path);
  const clock = new FakeClock();
  const opening = openFileFence(path, { clock, waitMs: 20 });
  opening.catch(() => {}); // looked at below
  await pass(clock, 20);
  await t.rejects(opening, { code: 'fence-busy' });
  rival.leave();
  await (await openFileFence(path, { clock })).close();
});

t.test('a replacement that was committed is reported as done, although another process came in before the move', async (t) => {
  const { path, clock, fence } = await openWithClock(t, 10);
  await fence.append(1, 'before\n');
  const exec = DatabaseSync.prototype.exec;
  let rival: ReturnType<typeof stepInside> | undefined;
  t.teardown(() => (DatabaseSync.prototype.exec = exec));
  DatabaseSync.prototype.exec = function (sql) {
    exec.call(this, sql);
    if (sql !== 'COMMIT') return;
    DatabaseSync.prototype.exec = exec;
    rival = stepInside(t, path);
  };
  const replace = fence.replace(2, 'after\n');
  await pass(clock, 10);
  await replace;
  rival?.leave();
  t.equal(Buffer.from((await fence.read()).bytes).toString(), 'after\n', 'whoever comes next moves it');
});

t.test('a thousand calls may wait on one handle, and not one more', async (t) => {
  const { path, clock, fence } = await openWithClock(t);
  const other = stepInside(t, path);
  const waiting = Array.from({ length: 1000 }, () => fence.raise(1));
  await t.rejects(fence.raise(1), { code: 'fence-busy', message: /^1000 calls wait/ });
  other.leave();
  await pass(clock, 5);
  await Promise.all(waiting);
  await fence.raise(1);
});

t.test('waitMs goes from 0 to 600,000', async (t) => {
  const path = join(t.testdir({}), 'chat.jsonl');
  for (const waitMs of [-1, 600_001, Number.NaN]) {
    await t.rejects(openFileFence(path, { waitMs }), { code: 'request-invalid', message: /^waitMs is .* from 0 to 600000\.$/ });
  }
  for (const waitMs of [0, 600_000]) await (await openFileFence(path, { waitMs })).close();
});
