/**
 * No reply is lost: many turns over a channel that fails in every way, while gateways, couriers and the service are killed about every 25 turns. An
 * independent checker reads the channel's record, the parked replies, the transcripts and the workers' logs. `HOLDFAST_LONG=1` runs 1,000 turns a seed, three seeds.
 */
import t from 'tap';
import { checkReplies } from '../support/reply-run/check-replies.ts';
import { ReplyRunner } from '../support/reply-run/run.ts';
import { spawnService } from '../support/spawn-service.ts';

const LONG = process.env['HOLDFAST_LONG'] === '1';
const SEED = Number(process.env['HOLDFAST_SEED'] ?? Date.now() % 1_000_000);
const SEEDS = LONG ? [SEED, SEED + 1_000, SEED + 2_000] : [SEED];
const TURNS = LONG ? 1_000 : 200;
t.setTimeout(LONG ? 1_800_000 : 240_000);

for (const seed of SEEDS) {
  void t.test(`seed ${seed}: ${TURNS} turns, and everybody is killed on the way`, async (test) => {
    const service = await spawnService(test);
    const { run, kills, channel, outcomes, errors } = await new ReplyRunner({ seed, turns: TURNS, sessions: 24, turnsPerKill: 25 }, service).run();
    const { violations, kept, lostUnacknowledged, repeats } = checkReplies(run);

    test.same(violations.slice(0, 10), [], `${violations.length} violations among ${kept} kept replies`);
    const strange = errors.filter((error) => !/^ServiceUnavailableError/.test(error));
    test.same(strange.slice(0, 5), [], `no turn failed but for ${errors.length} that began while the service was away`);
    // Of one whose gateway was killed between the acknowledgement and its log nothing is in the log; the turn after it has found it.
    test.ok(run.replies.length >= TURNS, `every message has a reply: ${run.replies.length} of ${TURNS}`);
    const states = Object.fromEntries([...Map.groupBy(run.replies, ({ state }) => state)].map(([state, replies]) => [state, replies.length]));
    test.same(Object.keys(states).filter((state) => state !== 'delivered' && state !== 'dead'), [], 'and in the end each is delivered, or dead with a reason');
    const { gateway, courier, service: serviceKills } = kills;
    test.ok(gateway + courier + serviceKills >= TURNS / 50 && channel.faults.swallowed + channel.faults.refused > 0, 'and it went wrong often enough to tell');
    test.comment(`seed ${seed}: killed ${gateway} gateways, ${courier} couriers, the service ${serviceKills} times; replies ${JSON.stringify(states)}; turns ${JSON.stringify(outcomes)}`);
    test.comment(`${repeats} repeats after an unknown, ${lostUnacknowledged} generated and killed before the acknowledgement; channel ${JSON.stringify(channel.faults)}`);
  });
}
