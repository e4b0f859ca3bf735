/**
 * A crash between park and commit, commit and deliver, deliver and settle: of the gateway or courier that is at it, and of the service, or its Redis, under it. What
 * stands in the service in between is what was promised, and in the end the transcript and the channel agree. `HOLDFAST_LONG=1` plays
 * every crash over each store, and has each of a gateway or courier brought to its end both by a turn and by a courier. Otherwise each is brought to its end by one of
 * both; those of a gateway or courier all strike over the embedded store and every second one over Redis, those of the service over one store or the other.
 */
import t, { type Test } from 'tap';
import { Crashes, tellCrashes } from '../support/crashes.ts';
import { eachStoreInFull, IS_LONG, type Place } from '../support/each-store.ts';
import { Stand } from '../support/kill-points/stand.ts';
import { OWN } from '../support/kill-points/scenarios.ts';
import { Channel } from '../support/reply-run/channel.ts';
import { checkReplies } from '../support/reply-run/check-replies.ts';
import { readTranscripts } from '../support/reply-run/left-behind.ts';
import { spawnService } from '../support/spawn-service.ts';

t.setTimeout(IS_LONG ? 600_000 : 300_000);

/** What is true of a reply while nobody is at work on it. */
interface Between {
  readonly state: 'parked' | 'sending' | 'unknown';
  readonly committed: boolean;
  readonly attempts: number;
  readonly maybeDelivered: boolean;
  /** Lines in the transcript, and messages in the channel. */
  readonly written: number;
  readonly sent: number;
}

/** What is true of it in the end, besides that it is delivered and stands in the transcript once. */
interface End {
  readonly attempts: number;
  /** Whether each message in the channel said that an earlier one may have arrived. */
  readonly marks: readonly boolean[];
}

interface Crash {
  readonly between: string;
  readonly point: string;
  readonly before: Between;
  readonly lost: Between;
  readonly end: End;
  /** Where the service goes away at this point, and comes back after its caller has come to its end. */
  readonly away: { readonly outcome: string; readonly lost: Between; readonly end: End };
}

const UNTOUCHED: Between = { state: 'parked', committed: false, attempts: 0, maybeDelivered: false, written: 0, sent: 0 };
const WRITTEN: Between = { ...UNTOUCHED, written: 1 };
const TAKEN: Between = { state: 'sending', committed: true, attempts: 1, maybeDelivered: false, written: 1, sent: 0 };
const IN_DOUBT: Between = { ...TAKEN, state: 'unknown', maybeDelivered: true };
const AT_ONCE: End = { attempts: 1, marks: [false] };

const CRASHES: readonly Crash[] = [
  {
    between: 'park and commit',
    point: 'commit handler: before',
    before: UNTOUCHED,
    lost: UNTOUCHED,
    end: AT_ONCE,
    away: { outcome: 'parked', lost: WRITTEN, end: AT_ONCE },
  },
  {
    between: 'commit and deliver, the attempt not yet begun',
    point: 'commit handler: after',
    before: WRITTEN,
    lost: WRITTEN,
    end: AT_ONCE,
    away: { outcome: 'parked', lost: WRITTEN, end: AT_ONCE },
  },
  {
    between: 'commit and deliver, the attempt begun',
    point: 'deliver handler: before',
    before: TAKEN,
    lost: IN_DOUBT,
    end: { attempts: 2, marks: [true] },
    away: { outcome: 'delivered', lost: { ...IN_DOUBT, sent: 1 }, end: { attempts: 2, marks: [false, true] } },
  },
  {
    between: 'deliver and settle',
    point: 'deliver handler: after',
    before: { ...TAKEN, sent: 1 },
    lost: { ...IN_DOUBT, sent: 1 },
    end: { attempts: 2, marks: [false, true] },
    away: { outcome: 'delivered', lost: { ...IN_DOUBT, sent: 1 }, end: { attempts: 2, marks: [false, true] } },
  },
];

const WHO = [
  { who: 'turn', scenario: 'a plain turn', replyId: OWN, completes: 'delivered' },
  { who: 'courier', scenario: 'a courier', replyId: 'e1', completes: 'closed' },
] as const;

interface Case {
  readonly who: (typeof WHO)[number];
  readonly crash: Crash;
  readonly finishers: readonly ('turn' | 'courier')[];
}

/** A chessboard of who is at it and where it crashes: the black fields, or the white ones. */
type Fields = 'black' | 'white';

const casesOn = (fields: Fields): readonly Case[] =>
  WHO.flatMap((who, row) =>
    CRASHES.flatMap((crash, column): readonly Case[] => {
      if (IS_LONG) return [{ who, crash, finishers: ['turn', 'courier'] }];
      const field = (row + column) % 2 === 0 ? 'black' : 'white';
      const isFinishedByTurn = (row === 0) === column < 2;
      return fields === field ? [{ who, crash, finishers: [isFinishedByTurn ? 'turn' : 'courier'] }] : [];
    }),
  );

/** Those of a gateway or a courier, and those of the service under it, in a short run. */
const STRUCK: Record<Place['name'], { readonly client: Fields; readonly service: Fields }> = {
  embedded: { client: 'black', service: 'white' },
  redis: { client: 'white', service: 'black' },
  quorum: { client: 'white', service: 'white' },
};

const scene = async (test: Test, { store, redis }: Place) => {
  const channel = new Channel(() => 1, { refuses: 0, swallows: 0 });
  const channelUrl = await channel.listen();
  test.teardown(() => channel.close());
  const service = await spawnService(test, { store, env: { HOLDFAST_LOG_LEVEL: 'warn' } });
  const crashes = new Crashes(service, redis);
  const stand = new Stand(service, channelUrl);
  const transcriptOf = (session: string, replyId: string) => readTranscripts(stand.folder).filter((line) => line.session === session && line.replyId === replyId);
  const sentOf = (session: string, replyId: string) => channel.accepted.filter((sent) => sent.session === session && sent.replyId === replyId);

  const between = async (session: string, replyId: string): Promise<Between> => {
    const { state, committed, attempts, maybeDelivered } = await stand.client.replies.read(session, replyId);
    const written = transcriptOf(session, replyId).length;
    return { state: state as Between['state'], committed, attempts, maybeDelivered, written, sent: sentOf(session, replyId).length };
  };
  const checkEnd = async (session: string, replyId: string, { attempts, marks }: End): Promise<void> => {
    test.match(await stand.client.replies.read(session, replyId), { state: 'delivered', committed: true, attempts }, `${session}: delivered`);
    const sent = sentOf(session, replyId);
    test.same(sent.map(({ maybeDelivered }) => maybeDelivered), marks, `${session}: sent so often, and so marked`);
    const texts = transcriptOf(session, replyId).map(({ text }) => text);
    test.same(texts.length, 1, `${session}: once in the transcript`);
    test.same([...new Set(sent.map(({ text }) => text))], texts, `${session}: the transcript and the channel agree`);
  };
  const judge = async (): Promise<void> => {
    test.same(checkReplies({ ...(await stand.readRun()), accepted: channel.accepted }).violations, [], 'the checker finds nothing in all of it');
    await stand.close();
  };
  return { stand, crashes, between, checkEnd, judge };
};

eachStoreInFull(t, 'the gateway or the courier is killed', async (test, place) => {
  const { stand, between, checkEnd, judge } = await scene(test, place);
  const left: { readonly session: string; readonly replyId: string; readonly end: End }[] = [];
  for (const { who: { who, scenario, replyId }, crash: { between: steps, point, before, lost, end }, finishers } of casesOn(STRUCK[place.name].client)) {
    for (const finisher of finishers) {
      const session = `${who} killed between ${steps}, then a ${finisher}`;
      const { endedBy } = await stand.play(scenario, session, { point, visit: 1 });
      test.equal(endedBy, 'SIGKILL', session);
      test.same(await between(session, replyId), before, `${session}: while its lease is live`);
      await stand.keepBack(session);
      test.same(await between(session, replyId), lost, `${session}: once it has ended`);
      left.push({ session, replyId, end });
    }
  }
  const [toTurns, toCourier] = ['turn', 'courier'].map((finisher) => left.map(({ session }) => session).filter((session) => session.endsWith(finisher)));
  test.same(await stand.finishByTurns(toTurns!), [], 'no turn of those after them failed');
  await stand.finishByCourier(toCourier!);
  for (const { session, replyId, end } of left) await checkEnd(session, replyId, end);
  await judge();
});

eachStoreInFull(t, 'what stands behind the API is killed, and comes back', async (test, place) => {
  const { stand, crashes, between, checkEnd, judge } = await scene(test, place);
  for (const { who: { who, scenario, replyId, completes }, crash } of casesOn(STRUCK[place.name].service)) {
    const session = `killed under a ${who} between ${crash.between}`;
    const goOn = await stand.playUpTo(scenario, session, { point: crash.point, visit: 1 });
    const victim = await crashes.strike();
    test.same(await between(session, replyId), crash.before, `${session}, ${victim}: nothing that was acknowledged is gone, and the lease lives on`);
    test.equal((await goOn()).outcome, completes, `${session}: its caller notices nothing`);
    await checkEnd(session, replyId, AT_ONCE);
  }
  await judge();
  test.comment(tellCrashes(crashes));
});

eachStoreInFull(t, 'what stands behind the API is killed, and comes back after its caller is gone', async (test, place) => {
  const { stand, crashes, between, checkEnd, judge } = await scene(test, place);
  const left: { readonly session: string; readonly replyId: string; readonly end: End }[] = [];
  for (const { who: { who, scenario, replyId }, crash: { between: steps, point, away } } of casesOn(STRUCK[place.name].service)) {
    const session = `away under a ${who} between ${steps}`;
    const goOn = await stand.playUpTo(scenario, session, { point, visit: 1 }, 500);
    let outcome: string | undefined;
    const victim = await crashes.strike(async () => void ({ outcome } = await goOn()));
    test.equal(outcome, who === 'turn' ? away.outcome : 'closed', `${session}, ${victim}: what its caller was told`);
    await stand.keepBack(session);
    test.same(await between(session, replyId), away.lost, `${session}: as it was left`);
    left.push({ session, replyId, end: away.end });
  }
  await stand.finishByCourier(left.map(({ session }) => session));
  for (const { session, replyId, end } of left) await checkEnd(session, replyId, end);
  await judge();
});
