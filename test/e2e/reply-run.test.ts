/**
 * No reply is lost: many turns over a channel that fails in every way, while gateways, couriers, the service and its Redis are killed. An independent
 * checker reads the channel's record, the parked replies, the transcripts and the workers' logs. `HOLDFAST_LONG=1` runs 1,000 turns a seed, three seeds,
 * with a kill about every 25 turns.
 */
import t from 'tap';
import { Crashes, tellCrashes } from '../support/crashes.ts';
import { eachStoreInFull, IS_LONG, type Place } from '../support/each-store.ts';
import { checkReplies } from '../support/reply-run/check-replies.ts';
import { ReplyRunner } from '../support/reply-run/run.ts';
import { spawnService } from '../support/spawn-service.ts';

const SEED = Number(process.env['HOLDFAST_SEED'] ?? Date.now() % 1_000_000);
const SEEDS = IS_LONG ? [SEED, SEED + 1_000, SEED + 2_000] : [SEED];
const SIZES = {
  full: { turns: 1_000, turnsPerKill: 25, crashShare: 0.2 },
  embedded: { turns: 60, turnsPerKill: 12, crashShare: 0.2 },
  // Few kills, so that most have to strike what is new here.
  redis: { turns: 30, turnsPerKill: 8, crashShare: 0.7 },
  quorum: { turns: 300, turnsPerKill: 25, crashShare: 0.2 },
} as const satisfies Record<Place['name'] | 'full', object>;
t.setTimeout(IS_LONG ? 3_600_000 : 240_000);

for (const seed of SEEDS) {
  eachStoreInFull(t, `seed ${seed}: many turns, and everybody is killed on the way`, async (test, { name, store, redis }) => {
    const size = SIZES[IS_LONG && name !== 'quorum' ? 'full' : name];
    const service = await spawnService(test, { store });
    const crashes = new Crashes(service, redis);
    const { run, kills, channel, outcomes, errors } = await new ReplyRunner({ seed, sessions: 24, ...size }, service, crashes).run();
    const { violations, kept, lostUnacknowledged, repeats } = checkReplies(run);

    test.same(violations.slice(0, 10), [], `${violations.length} violations among ${kept} kept replies`);
    const strange = errors.filter((error) => !/^ServiceUnavailableError/.test(error));
    test.same(strange.slice(0, 5), [], `no turn failed but for ${errors.length} that began while the service was away`);
    // Of one whose gateway was killed between the acknowledgement and its log nothing is in the log; the turn after it has found it.
    test.ok(run.replies.length >= size.turns, `every message has a reply: ${run.replies.length} of ${size.turns}`);
    const states = Object.fromEntries([...Map.groupBy(run.replies, ({ state }) => state)].map(([state, replies]) => [state, replies.length]));
    test.same(Object.keys(states).filter((state) => state !== 'delivered' && state !== 'dead'), [], 'and in the end each is delivered, or dead with a reason');
    const killCount = kills.gateway + kills.courier + crashes.counts.service + crashes.counts.redis + crashes.counts.both;
    test.ok(killCount >= size.turns / 50 && channel.faults.swallowed + channel.faults.refused > 0, 'and it went wrong often enough to tell');
    test.comment(`seed ${seed}: killed ${kills.gateway} gateways, ${kills.courier} couriers; ${tellCrashes(crashes)}; replies ${JSON.stringify(states)}; turns ${JSON.stringify(outcomes)}`);
    test.comment(`${repeats} repeats after an unknown, ${lostUnacknowledged} generated and killed before the acknowledgement; channel ${JSON.stringify(channel.faults)}`);
  });
}
