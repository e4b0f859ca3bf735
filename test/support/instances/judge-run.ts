/** Judges a run of many instances: every promise, over the raw API and over the SDK, the order of waiters, and every reply. Says what it amounted to. */
import type { Test } from 'tap';
import { readFileSync, writeFileSync } from 'node:fs';
import { IS_LONG } from '../each-store.ts';
import { checkHistory } from '../history/checker.ts';
import type { CheckOptions } from '../history/options.ts';
import { writeHistory } from '../history/record.ts';
import { describe } from '../history/violation.ts';
import { conflicts, readBeliefs } from '../load/beliefs.ts';
import { checkReplies } from '../reply-run/check-replies.ts';
import { countUp, longestSilence, orderSeen, waitsOf } from './figures.ts';
import { SIZE, type Ran } from './run.ts';

/** How late a busy machine may make what is promised in milliseconds: the promises' own numbers are asserted on the virtual clock. */
const MACHINE_MS = 2_500;
const OPTIONS: Partial<CheckOptions> = { slackMs: 5, lateMs: 3_000, countsBack: true, promptMs: MACHINE_MS, deadlineMs: 2_000 + MACHINE_MS };
/** Kinds of faults: all in a full run; in a reduced one, what a slow machine has time for. */
const faultKindsMin = (kinds: number): number => (IS_LONG ? kinds : 3);
/** What a reduced run on a busy machine gets done at least: less would leave too little to judge. A full run is four times it. */
const atLeast = (count: number): number => (IS_LONG ? 4 : 1) * count;

export interface JudgeTerms extends Pick<CheckOptions, 'orderWithin'> {
  readonly seed: number;
  readonly runMs: number;
}

export const judgeRun = (t: Test, { records, replies, looksFile, gateways, faults, tally, channel, lost, repeated, eventsOfWaiters }: Ran, { seed, runMs, orderWithin }: JudgeTerms): void => {
  const options = { ...OPTIONS, orderWithin };
  const keptIn = process.env['HOLDFAST_HISTORY'];
  if (keptIn !== undefined) writeFileSync(keptIn, writeHistory(records));

  t.same(gateways.deaths, [], 'no SDK gateway died but those that were killed');
  t.same(tally.wrong, [], 'no raw gateway saw a broken promise');
  const violations = checkHistory(records, options);
  const byProperty = Object.fromEntries([...Map.groupBy(violations, ({ property }) => property)].map(([property, found]) => [property, found.length]));
  t.same(violations.slice(0, 8).map(describe), [], `${violations.length} violations ${JSON.stringify(byProperty)} in a history of ${records.length} records`);
  const beliefs = readBeliefs(readFileSync(looksFile, 'utf8'));
  t.same(conflicts(beliefs), [], `no two of ${beliefs.length} holders over the SDK believed to hold a session at once (S4)`);

  // A cut in the last moment of a wait excuses a few.
  const { waits, silent } = waitsOf(records);
  t.ok(silent <= waits / 100, `waits are answered when they are over, whatever messages were lost: ${silent} of ${waits} were not`);

  const verdict = checkReplies(replies);
  t.same(verdict.violations.slice(0, 8), [], `${verdict.violations.length} violations among ${verdict.kept} kept replies`);
  const states = Object.fromEntries([...Map.groupBy(replies.replies, ({ state }) => state)].map(([state, own]) => [state, own.length]));
  t.same(Object.keys(states).filter((state) => state !== 'delivered' && state !== 'dead'), [], 'in the end each reply is delivered, or dead with a reason');

  const counts = countUp(records);
  const order = orderSeen(records, options);
  t.ok(counts.grants > atLeast(100) && counts.handOffs > atLeast(25) && counts.renewals > atLeast(150) && beliefs.length > atLeast(15) && verdict.kept > atLeast(25), `there was something to judge: ${JSON.stringify(counts)}`);
  t.ok(order.waits > atLeast(50) && (orderWithin === 'instance' || order.acrossLosses > 0) && order.queues > atLeast(50), `and an order to judge: ${JSON.stringify(order)}`);
  t.ok(Object.values(faults.counts).filter((count) => count > 0).length >= faultKindsMin(Object.keys(faults.counts).length), 'and it went wrong in many ways');

  const silence = longestSilence(records);
  const within = faults.log.filter(({ fromMs, untilMs }) => fromMs < silence.untilMs && untilMs > silence.fromMs).map(({ fault }) => fault);
  t.comment(`seed ${seed}: ${SIZE.instances} instances, ${SIZE.rawGateways} raw gateways, ${SIZE.sdkProcesses * SIZE.sdkGatewaysEach} over the SDK, ${SIZE.sessions} sessions, ${runMs / 1_000} s`);
  t.comment(`${counts.grants} grants, ${counts.renewals} renewals, ${counts.handOffs} hand-offs; ${counts.unanswered} requests without an answer, ${counts.refused} refused, ${repeated} repeated by raw gateways`);
  t.comment(`faults ${JSON.stringify(faults.counts)}; lost before the SDK ${JSON.stringify(lost)}`);
  t.comment(`longest unavailability ${Math.round(silence.untilMs - silence.fromMs)} ms, within ${JSON.stringify(within)}`);
  t.comment(`${verdict.kept} replies parked, ${states['delivered'] ?? 0} delivered, ${verdict.repeats} times a second time after an unknown, ${counts.repliesTaken} attempts; channel ${JSON.stringify(channel.faults)}`);
  t.comment(`order judged of ${order.waits} waits, ${order.acrossLosses} of them across a lost answer; ${order.queues} queues of two or more seen, ${eventsOfWaiters} events of waiters`);
};
