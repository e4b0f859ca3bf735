/**
 * A kill at every await of a turn and of a courier leaves no acknowledged reply lost, and none sent twice without the unknown mark. Each point is cut off in a
 * process of its own, by SIGKILL, before it or after it, in the first scenario that comes by; a fresh gateway or a fresh courier brings the rest to its end, and the
 * independent checker judges all of it. `HOLDFAST_LONG=1` cuts off before and after each point, up to the third visit; otherwise it is every second
 * point, and a smaller sample of the scenarios and of their points over Redis.
 */
import t from 'tap';
import { anotherPlace, eachStoreInFull, IS_LONG, type Place } from '../support/each-store.ts';
import { inParallel } from '../support/in-parallel.ts';
import { pointNames, type Role } from '../support/kill-points/point-names.ts';
import { casesOf, unvisited, type Case } from '../support/kill-points/points.ts';
import { SCENARIOS } from '../support/kill-points/scenarios.ts';
import { isOpen, Stand, type Played } from '../support/kill-points/stand.ts';
import { monotonicMs } from '../support/monotonic.ts';
import { Channel } from '../support/reply-run/channel.ts';
import { checkReplies } from '../support/reply-run/check-replies.ts';
import { spawnService } from '../support/spawn-service.ts';

/** `everyScenario` and `everyCase`: of so many one is played. */
const FULL = { visitsMax: 3, sides: 'both', everyScenario: 1, everyCase: 1 } as const;
const ORDINARY = {
  embedded: { visitsMax: 1, sides: 'one', everyScenario: 3, everyCase: 6 },
  redis: { visitsMax: 1, sides: 'one', everyScenario: 5, everyCase: 10 },
  quorum: { visitsMax: 1, sides: 'one', everyScenario: 3, everyCase: 6 },
} as const satisfies Record<Place['name'], object>;
/** A turn is alone in its session; a courier takes whatever is due, so that only one may be at work at a time. Hence a store for each. */
const AT_ONCE: Record<Role, number> = { turn: 2, courier: 1 };
const ROLES = ['turn', 'courier'] as const;
t.setTimeout(IS_LONG ? 7_200_000 : 300_000);

const sessionOf = ({ role, scenario, cut }: Case): string => `${role}, ${scenario}: ${cut.point} (${cut.visit})`;

const oneOf = <T>(every: number, list: readonly T[]): readonly T[] => list.filter((_, index) => index % every === 0);

eachStoreInFull(t, 'a kill at every await of a turn and of a courier', async (test, place) => {
  const choice = IS_LONG && place.name !== 'quorum' ? FULL : ORDINARY[place.name];
  const isSample = choice.everyCase > 1;
  const channel = new Channel(() => 1, { refuses: 0, swallows: 0 });
  const channelUrl = await channel.listen();
  test.teardown(() => channel.close());

  const startedMs = monotonicMs();
  const spans: string[] = [];
  const judge = async (role: Role): Promise<{ played: Map<string, Played>; cases: readonly Case[]; stand: Stand; errors: readonly string[]; unkilled: readonly string[] }> => {
    const { store } = await anotherPlace(test, place);
    const service = await spawnService(test, { store, env: { HOLDFAST_TTL_MIN_MS: '100', HOLDFAST_LOG_LEVEL: 'warn' } });
    const stand = new Stand(service, channelUrl);
    const names = oneOf(choice.everyScenario, Object.keys(SCENARIOS).filter((name) => SCENARIOS[name]!.role === role));
    const played = new Map<string, Played>();
    const unkilled: string[] = [];
    await inParallel(names, AT_ONCE[role], async (name) => {
      played.set(name, await stand.play(name, name));
      if (role === 'courier') await stand.keepBack(name);
    });

    const phases = [monotonicMs()];
    const cases = oneOf(choice.everyCase, casesOf(new Map(names.map((name) => [name, played.get(name)!])), choice));
    await inParallel(cases, AT_ONCE[role], async (killed) => {
      const session = sessionOf(killed);
      const { endedBy } = await stand.play(killed.scenario, session, killed.cut);
      if (endedBy !== 'SIGKILL') unkilled.push(session);
      if (role === 'courier') await stand.keepBack(session);
    });

    phases.push(monotonicMs());
    const sessions = [...names, ...cases.map(sessionOf)];
    const isForTurns = (_session: string, index: number): boolean => index % 2 === 0;
    const toTurns = sessions.filter(isForTurns);
    const errors = await stand.finishByTurns(toTurns);
    phases.push(monotonicMs());
    await stand.finishByCourier(sessions.filter((session, index) => !isForTurns(session, index)));
    phases.push(monotonicMs());
    spans.push(`${role}: ${cases.length} kills, ${phases.map((ms, index) => Math.round(ms - (phases[index - 1] ?? startedMs))).join(' + ')} ms`);
    return { played, cases, stand, errors, unkilled };
  };

  const judged = await Promise.all(ROLES.map(judge));
  const runs = await Promise.all(judged.map(({ stand }) => stand.readRun()));
  const run = {
    accepted: channel.accepted,
    log: runs.flatMap(({ log }) => log).sort((a, b) => a.atMs - b.atMs),
    replies: runs.flatMap(({ replies }) => replies),
    transcripts: runs.flatMap(({ transcripts }) => transcripts),
    killed: runs.flatMap(({ killed }) => killed),
  };
  await Promise.all(judged.map(({ stand }) => stand.close()));
  const { violations, kept, lostUnacknowledged, repeats } = checkReplies(run);

  for (const [index, role] of ROLES.entries()) {
    const { played, cases, errors, unkilled } = judged[index]!;
    const names = pointNames(role);
    test.same(names.filter((name, at) => names.indexOf(name) !== at), [], `${role}: each name stands for one place`);
    if (choice.everyScenario === 1) test.same(unvisited(names, played.values(), role), [], `${role}: a scenario comes by each of the ${names.length} places`);
    if (isSample) test.ok(cases.length >= 2, `${role}: a sample of ${cases.length} kills`);
    else test.ok(cases.length >= 2 * names.length, `${role}: killed at each: ${cases.length} kills`);
    test.same(unkilled, [], `${role}: each came by its point, and was killed there`);
    test.same(errors, [], `${role}: no turn of those after them failed`);
  }
  test.same(violations, [], `no reply is lost, none sent twice without the mark: ${kept} kept replies`);
  test.same(run.replies.filter(isOpen), [], 'each has come to its end');
  const merged = run.replies.flatMap(({ session, replyId, reason }) => {
    const into = /^merged into (.*)$/.exec(reason ?? '')?.[1];
    return into === undefined ? [] : [{ session, replyId, isRead: channel.accepted.some((sent) => sent.session === session && sent.replyId === into && sent.text.includes(`${replyId} of ${session}`)) }];
  });
  test.ok(isSample || merged.length > 2, `${merged.length} replies were merged into others`);
  test.same(merged.filter(({ isRead }) => !isRead), [], 'and their words have arrived with those');
  const tooOften = [...Map.groupBy(channel.accepted, ({ session, replyId }) => `${session} ${replyId}`)].filter(([id, { length }]) => length > (id.includes('swallows') ? 3 : 2));
  test.same(tooOften.map(([id]) => id), [], 'one kill makes one repeat at most, and a swallowed answer another one');
  const states = Object.fromEntries([...Map.groupBy(run.replies, ({ state }) => state)].map(([state, replies]) => [state, replies.length]));
  test.comment(`${spans.join('; ')}; ${JSON.stringify(states)}; ${repeats} repeats after an unknown, ${lostUnacknowledged} killed before the acknowledgement`);
});
