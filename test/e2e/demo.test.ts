/** `npm run demo` shows the failure without Holdfast, and none with it, over either store; and it leaves nothing behind. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { openChildren } from '../../demo/children.ts';
import { runHalf } from '../../demo/half.ts';
import { judge } from '../../demo/judge.ts';
import { type HalfRecords, readRecords } from '../../demo/records.ts';
import { renderTable } from '../../demo/table.ts';
import { brokenPromises, missedFaults } from '../../demo/verdict.ts';
import { planWorkload } from '../../demo/workload/plan.ts';
import { childEnvironment } from '../support/child-environment.ts';
import { until } from '../support/until.ts';

t.setTimeout(200_000);
// Most of the time is waited for users to write.
t.jobs = 2;

const MAIN = fileURLToPath(new URL('../../demo/main.ts', import.meta.url));
const SHORT = ['--scale', '200', '--sessions', '24', '--seed', '5'];

interface Test {
  teardown(end: () => void): void;
}

/** Starts the demo with a folder for temporary files of its own, so that what it leaves behind can be seen. */
const start = (test: Test, args: readonly string[]): { child: ChildProcess; folder: string; output: Promise<string>; errors: Promise<string> } => {
  const folder = mkdtempSync(join(tmpdir(), 'demo-test-'));
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...childEnvironment(), TMPDIR: folder }, stdio: ['ignore', 'pipe', 'pipe'] });
  test.teardown(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  return { child, folder, output: text(child.stdout), errors: text(child.stderr) };
};

/** The processes that mention a folder in their arguments. */
const processesWith = (folder: string): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
      } catch {
        return false; // it has ended since
      }
    });

/** The messages without a reply for which neither a takeover nor the channel gives the reason. */
const lostOtherwise = ({ inbox, channel, events }: HalfRecords): string[] => {
  const replied = channel.filter(({ kind, became }) => kind === 'reply' && became === 'taken').map(({ messageId }) => messageId);
  const explained = events.flatMap((event) => {
    if (event.event !== 'turn-ended') return [];
    const isExplained = event.outcome === 'takeover-error' || (event.outcome === 'failed' && /answered (403|502)/.test(event.reason ?? ''));
    return isExplained ? [event.messageId] : [];
  });
  return inbox.map(({ messageId }) => messageId).filter((messageId) => ![...replied, ...explained].includes(messageId));
};

const STRUCK_IN_BOTH = ['channel away', 'channel back', 'gateway-a killed', 'gateway-a restarted', 'gateway-b paused', 'gateway-b resumed'];
const STRUCK_WITH = [...STRUCK_IN_BOTH, 'courier killed', 'courier restarted', 'service killed', 'service restarted'];

/** What struck which process, each once. */
const struck = ({ faults }: HalfRecords): string[] => faults.map(({ process, fault }) => `${process} ${fault}`).sort();

t.test('the failure without, and none with Holdfast', { timeout: 150_000 }, async (t) => {
  const { child, folder, output, errors } = start(t, [...SHORT, '--keep']);
  const [code] = await once(child, 'exit');
  const [printed, complaints] = [await output, await errors];
  t.equal(code, 0);
  if (code !== 0) t.comment(`${printed}\n${complaints}`);

  const [kept] = readdirSync(folder);
  t.match(printed, `All records are in ${join(folder, kept as string)}`);
  const recordsOf = (half: string): HalfRecords => readRecords(join(folder, kept as string, half), Date.now());
  const [without, withHoldfast] = [judge(recordsOf('without')), judge(recordsOf('with'))];
  t.ok(printed.includes(renderTable(without, withHoldfast).split('\n').slice(0, 15).join('\n')), 'the table says what the records say');

  t.ok(without.lost > 0, `${without.lost} lost without`);
  t.strictSame(lostOtherwise(recordsOf('without')), [], 'each of them in a takeover, or because the channel would not have it: the gateway without loses nothing for other reasons');
  t.equal(without.duplicated, 0, 'and sends nothing twice under two ids');
  t.equal(withHoldfast.lost, 0);
  t.equal(withHoldfast.dead, 1);
  t.equal(withHoldfast.delivered, without.messages - 1, 'both halves had the same messages');
  t.match(printed, /GET \/v1\/replies\?state=dead:\n {2}agent:main:chat-\d+ chat-\d+-\d+: CallError: answered 403: the channel does not take this message\n/);
  t.ok(withHoldfast.deliveredLater > 0, `${withHoldfast.deliveredLater} were parked while the channel was away`);
  t.equal(without.deliveredLater, 0);
  t.ok(withHoldfast.sentAgain > 0, 'the reply whose answer was lost went out again');
  t.equal(withHoldfast.sentAgainUnmarked, 0);
  t.equal(withHoldfast.duplicated, 0);
  t.equal(withHoldfast.unsettled, 0);
  t.equal(withHoldfast.transcriptFaults, 0, 'transcript and channel agree');
  t.strictSame(struck(recordsOf('without')), STRUCK_IN_BOTH);
  t.strictSame(struck(recordsOf('with')), STRUCK_WITH.toSorted());
  // How much of it the gateways leave to the courier is a matter of time.
  t.comment(`${recordsOf('with').events.filter(({ gateway, event }) => gateway === 'courier' && event === 'sending').length} sendings by the courier`);
  t.equal(withHoldfast.outOfOrder, 0);
  t.equal(withHoldfast.tokenFaults, 0);
  t.ok(withHoldfast.staleWritesRefused > 0, 'the late write of the paused gateway was refused');
  t.ok(withHoldfast.takeovers > 0);
  t.strictSame(processesWith(folder), []);
  t.match(complaints, /without Holdfast .* messages sent/);
});

for (const [store, names] of [['redis', ['redis']], ['quorum', ['redis-1', 'redis-2', 'redis-3']]] as const) {
  if (process.env['HOLDFAST_LONG'] === '1') t.test(`nor any with Holdfast over Redis (${store}), where that is killed too`, { timeout: 150_000 }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'demo-test-'));
    const children = openChildren(join(folder, 'processes.log'));
    t.teardown(async () => {
      await children.stopAll();
      rmSync(folder, { recursive: true, force: true });
    });
    const workload = planWorkload({ scale: 200, sessions: 24, seed: 5 });
    const records = await runHalf({ withHoldfast: true, store, workload, scale: 200, folder: join(folder, 'with'), children, show: () => {} });
    const figures = judge(records);
    t.strictSame(brokenPromises(figures), []);
    t.strictSame(missedFaults(figures), []);
    t.equal(figures.messages, workload.length);
    t.equal(figures.delivered, workload.length - 1);
    t.equal(figures.dead, 1);
    t.strictSame(struck(records), [...STRUCK_WITH, ...names.flatMap((name) => [`${name} killed`, `${name} restarted`])].sort());
  });
}

t.test('Ctrl-C ends every process and removes the folder', async (t) => {
  const { child, folder, errors } = start(t, SHORT);
  await until('the demo has started its processes', () => processesWith(folder).length >= 4);
  child.kill('SIGINT');
  const [code] = await once(child, 'exit');
  t.equal(code, 130);
  if (code !== 130) t.comment(await errors);
  await until('all its processes are gone', () => processesWith(folder).length === 0);
  t.strictSame(readdirSync(folder), []);
});

t.test('a killed demo leaves no gateway, provider or channel running', async (t) => {
  const { child, folder } = start(t, SHORT);
  await until('the demo has started its processes', () => processesWith(folder).length >= 4);
  child.kill('SIGKILL');
  await until('all its processes are gone', () => processesWith(folder).length === 0);
});

t.test('wrong flags are told, and nothing is started', async (t) => {
  const folder = t.testdir({});
  const { status, stderr, stdout } = spawnSync(process.execPath, [MAIN, '--scale', '0'], { encoding: 'utf8', env: { ...childEnvironment(), TMPDIR: folder } });
  t.equal(status, 2);
  t.equal(stdout, '');
  t.match(stderr, '--scale is "0", and must be a whole number from 1 to 200.');
  t.strictSame(readdirSync(folder), []);
  const help = spawnSync(process.execPath, [MAIN, '--help'], { encoding: 'utf8' });
  t.equal(help.status, 0);
  t.match(help.stdout, '--sessions');
  t.notOk(existsSync(join(folder, 'holdfast.db')));
});
