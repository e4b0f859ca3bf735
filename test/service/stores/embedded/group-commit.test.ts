import t from 'tap';
import { FakeClock } from '../../../support/fake-clock.ts';
import type { Changes } from '../../../../service/src/stores/embedded/database.ts';
import { COMMIT_MS_MAX, GroupCommit } from '../../../../service/src/stores/embedded/group-commit.ts';
import { turns } from './store-scene.ts';
import { watch } from './watch.ts';
import { NO_CHANGES } from './no-changes.ts';

/** Counts what it collects, and leaves each commit under way until the test ends it. */
const start = (): {
  clock: FakeClock;
  commits: GroupCommit;
  collected: () => number;
  underWay: PromiseWithResolvers<void>[];
  failures: Error[];
} => {
  const clock = new FakeClock();
  const underWay: PromiseWithResolvers<void>[] = [];
  const failures: Error[] = [];
  let collected = 0;
  const commits = new GroupCommit({
    clock,
    collect: (): Changes => ({ ...NO_CHANGES, floor: ++collected }),
    commit: () => {
      const commit = Promise.withResolvers<void>();
      underWay.push(commit);
      return commit.promise;
    },
    onFailure: (error) => failures.push(error),
  });
  return { clock, commits, collected: () => collected, underWay, failures };
};

/** What became of what waits for the batch. */
const watchBatch = (commits: GroupCommit, number: number): (() => unknown) =>
  watch(Promise.resolve(commits.durable(number)).then(() => 'done', () => 'failed'));

t.test('all that one turn brings goes into one commit', async (t) => {
  const { commits, collected, underWay } = start();
  const numbers = [commits.touch(), commits.touch(), commits.touch()];
  t.strictSame(new Set(numbers).size, 1);
  const state = watchBatch(commits, numbers[0]!);
  await turns();
  t.equal(underWay.length, 1);
  t.equal(collected(), 1);
  t.equal(state(), 'pending');
  underWay[0]!.resolve();
  await turns();
  t.equal(state(), 'done');
  t.equal(commits.durable(numbers[0]!), undefined, 'what is on disk is not waited for');
});

t.test('one commit is under way, and what comes meanwhile forms the next', async (t) => {
  const { commits, underWay } = start();
  const first = commits.touch();
  await turns();
  const second = commits.touch();
  t.equal(commits.touch(), second);
  t.not(second, first);
  const states = [watchBatch(commits, first), watchBatch(commits, second)];
  await turns();
  t.equal(underWay.length, 1, 'the second does not start beside the first');
  underWay[0]!.resolve();
  await turns();
  t.strictSame(states.map((state) => state()), ['done', 'pending']);
  t.equal(underWay.length, 2, 'it starts after it, by itself');
  underWay[1]!.resolve();
  await turns();
  t.strictSame(states.map((state) => state()), ['done', 'done']);
  await turns();
  t.equal(underWay.length, 2, 'nothing changed, nothing is written');
});

t.test('a failed commit fails everybody who waits, also those of the next, and nothing is committed any more', async (t) => {
  const { commits, underWay, failures } = start();
  const first = watchBatch(commits, commits.touch());
  await turns();
  const second = watchBatch(commits, commits.touch());
  underWay[0]!.reject(new Error('the disk is on fire'));
  await turns();
  t.strictSame([first(), second()], ['failed', 'failed']);
  await t.rejects(commits.durable(commits.touch())!, { message: 'the disk is on fire' }, 'nor is anything that comes later durable');
  await t.rejects(commits.durable(0)!, { message: 'the disk is on fire' }, 'nor is anything told that was');
  await turns();
  t.equal(underWay.length, 1);
  t.strictSame(failures.map(({ message }) => message), ['the disk is on fire'], 'it is told once');
});

t.test('a commit may take 2 s, and not a millisecond more', async (t) => {
  const good = start();
  const inTime = watchBatch(good.commits, good.commits.touch());
  await turns();
  good.clock.advance(COMMIT_MS_MAX - 1);
  good.underWay[0]!.resolve();
  await turns();
  good.clock.advance(COMMIT_MS_MAX);
  t.equal(inTime(), 'done');
  t.strictSame(good.failures, []);
  t.equal(good.clock.armed, 0, 'its timer is gone');

  const bad = start();
  const late = watchBatch(bad.commits, bad.commits.touch());
  await turns();
  bad.clock.advance(COMMIT_MS_MAX);
  await turns();
  t.equal(late(), 'failed');
  t.match(bad.failures, [{ message: 'a commit took longer than 2000 ms' }]);
});

t.test('how a commit ends that took too long changes nothing any more', async (t) => {
  for (const end of ['resolve', 'reject'] as const) {
    const { clock, commits, underWay, failures } = start();
    const number = commits.touch();
    await turns();
    clock.advance(COMMIT_MS_MAX);
    await turns();
    underWay[0]![end](new Error('too late') as never);
    await turns();
    await t.rejects(commits.durable(number)!, { message: /longer/ }, end);
    t.equal(failures.length, 1, end);
  }
});

t.test('a pause of the whole process is not taken for a slow disk', async (t) => {
  const { clock, commits, underWay, failures } = start();
  const state = watchBatch(commits, commits.touch());
  await turns();
  // Whatever was due during the pause fires once it is over.
  clock.pause(60_000);
  await turns();
  t.equal(state(), 'pending', 'the disk gets the time that it has left');
  clock.advance(COMMIT_MS_MAX - 251);
  underWay[0]!.resolve();
  await turns();
  t.equal(state(), 'done');
  t.strictSame(failures, []);
});

t.test('a disk that hangs is noticed after a pause as well', async (t) => {
  const { clock, commits, failures } = start();
  commits.touch();
  await turns();
  clock.pause(60_000);
  clock.advance(COMMIT_MS_MAX);
  await turns();
  t.match(failures, [{ message: 'a commit took longer than 2000 ms' }]);
});

t.test('changes that cannot be collected count as a failed commit', async (t) => {
  const failures: Error[] = [];
  const commits = new GroupCommit({
    clock: new FakeClock(),
    collect: () => {
      throw new TypeError('not to be written');
    },
    commit: () => Promise.resolve(),
    onFailure: (error) => failures.push(error),
  });
  const state = watchBatch(commits, commits.touch());
  await turns();
  t.equal(state(), 'failed');
  t.match(failures, [{ message: 'not to be written' }]);
});

t.test('flush waits for the commit under way, and for what waits behind it', async (t) => {
  const { commits, underWay } = start();
  await commits.flush();
  commits.touch();
  await turns();
  const justUnderWay = watch(commits.flush().then(() => 'done'));
  commits.touch();
  const both = watch(commits.flush().then(() => 'done'));
  await turns();
  t.strictSame([justUnderWay(), both()], ['pending', 'pending']);
  underWay[0]!.resolve();
  await turns();
  t.strictSame([justUnderWay(), both()], ['done', 'pending']);
  underWay[1]!.resolve();
  await turns();
  t.equal(both(), 'done');
});

t.test('flush fails with the commit it waits for', async (t) => {
  for (const when of ['before it starts', 'while it is under way']) {
    const { commits, underWay } = start();
    commits.touch();
    if (when === 'while it is under way') await turns();
    const flushed = commits.flush();
    await turns();
    underWay[0]!.reject(new Error('no space'));
    await t.rejects(flushed, { message: 'no space' }, when);
  }
});
