/** The Lua scripts are judged by the pure functions: the same histories, at the same moments, must come out alike in every answer and in all that is kept. */
import fc from 'fast-check';
import t from 'tap';
import { ownRedis } from '../support/own-redis.ts';
import { anyReplyHistory, type AnyStep } from '../simulation/reply-steps.ts';
import type { Expected } from './redis-differential/expected.ts';
import { LIMIT_HISTORIES } from './redis-differential/limit-histories.ts';
import { playBoth, playByHand } from './redis-differential/play-both.ts';
import { ScriptSide } from './redis-differential/script-side.ts';

/** The long run (`HOLDFAST_LONG=1`) compares 100,000 commands and more. */
const COMMANDS_MIN = process.env['HOLDFAST_LONG'] === '1' ? 100_000 : 20_000;
const HISTORIES_AT_ONCE = 50;
const HISTORY_LENGTH_MAX = 80;
const TIMEOUT_MS = 1_800_000;

/** Every answer but `waiters-full`, which takes 1,000 waiters. */
const KINDS = [
  ...['granted', 'lease-held', 'waiting', 'lease-ended', 'lease-id-reused', 'renewed', 'lease-lost', 'lease-unknown', 'released', 'noted', 'asked', 'revoked', 'lease-not-held'],
  ...['session', 'verdict', 'parked', 'reply-id-reused', 'fencing-token-unknown', 'replies-full', 'reply', 'reply-unknown', 'reply-settled', 'reply-not-next', 'reply-sending'],
  ...['attempt-superseded', 'attempt-not-taken', 'replies'],
];

t.setTimeout(TIMEOUT_MS);

const kindOf = ({ outcome }: Expected): unknown => typeof outcome === 'object' && outcome !== null && 'kind' in outcome && outcome.kind;

t.test('random histories of leases and replies', { timeout: TIMEOUT_MS }, async (t) => {
  const side = await ScriptSide.connect(await ownRedis(t));
  t.teardown(() => side.disconnect());
  const counts = new Map<unknown, number>();
  let commands = 0;
  let histories = 0;
  const alike = fc.asyncProperty(anyReplyHistory(HISTORY_LENGTH_MAX), fc.nat(), async (steps: readonly AnyStep[], chance) => {
    const compared = await playBoth(side, steps, chance);
    histories += 1;
    commands += compared.length;
    for (const kind of compared.map(kindOf)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  });
  // How many commands a history comes to is known only when it was played.
  while (commands < COMMANDS_MIN) await fc.assert(alike, { numRuns: HISTORIES_AT_ONCE });
  t.comment(`${commands} commands in ${histories} histories were compared`);
  t.ok(commands >= COMMANDS_MIN, `at least ${COMMANDS_MIN} commands`);
  t.strictSame(KINDS.filter((kind) => !counts.has(kind)), [], 'every answer was among them');
});

t.test('histories that reach the limits', { timeout: TIMEOUT_MS }, async (t) => {
  const side = await ScriptSide.connect(await ownRedis(t));
  t.teardown(() => side.disconnect());
  for (const [limit, { play, comparesEvery, meets }] of Object.entries(LIMIT_HISTORIES)) {
    const compared = await playByHand(side, play, comparesEvery);
    t.ok(compared.map(kindOf).includes(meets), `${limit}: ${compared.length} commands`);
  }
});
