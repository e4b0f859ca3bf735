/** The same history through the scripts, on a Redis of its own: everything is sent at once, and then compared. */
import assert from 'node:assert/strict';
import type { ChainableCommander, Redis } from 'ioredis';
import type { SessionEvent, Wake } from '../../../service/src/session/commands.ts';
import { EMPTY_SESSION, type FencingToken, type Session } from '../../../service/src/session/types.ts';
import { usageOf } from '../../../service/src/session/usage.ts';
import { eventsChannel, eventsOfMessage, wakeOfMessage, wakesChannel } from '../../../service/src/stores/redis/channels.ts';
import { commandScript } from '../../../service/src/stores/redis/command-scripts.ts';
import { LIBRARY, type Library } from '../../../service/src/stores/redis/library.ts';
import { acquireScript } from '../../../service/src/stores/redis/lua/acquire.ts';
import { dueScript } from '../../../service/src/stores/redis/lua/due.ts';
import { markScript } from '../../../service/src/stores/redis/lua/mark.ts';
import { list, optionalNumber } from '../../../service/src/stores/redis/lua/reading.ts';
import { readWake } from '../../../service/src/stores/redis/lua/read-outcome.ts';
import { renewScript } from '../../../service/src/stores/redis/lua/renew.ts';
import { sweepScript } from '../../../service/src/stores/redis/lua/sweep.ts';
import { tickScript } from '../../../service/src/stores/redis/lua/tick.ts';
import { metaKey, nameText, partitionOf } from '../../../service/src/stores/redis/partitions.ts';
import type { Script, ScriptArgument, Told } from '../../../service/src/stores/redis/script.ts';
import { connectRedis } from '../../support/own-redis.ts';
import { readSessionState, sessionStateScript } from '../../support/redis-session-state.ts';
import { until } from '../../support/until.ts';
import type { Asked, Expected } from './expected.ts';
import { expectedStorage, foundStorage } from './expected-storage.ts';
import { OTHER_INSTANCE, OWN_INSTANCE } from './history-player.ts';

const STORE_ID = 'st_differential';
const SESSIONS_MAX = 100;

/** What a script is given, and how its outcome is understood. */
interface Call {
  readonly name: string;
  readonly args: readonly ScriptArgument[];
  readonly read: (told: Told) => unknown;
}

const call = <Given>(script: Script<Given, unknown>, given: Given): Call => ({ name: script.name, args: script.args(given), read: script.read });

const callOf = (asked: Asked, names: readonly string[]): Call => {
  switch (asked.kind) {
    case 'one': {
      const { command } = asked;
      const name = names[asked.session]!;
      if (command.kind === 'acquire') return call(acquireScript, { name, command });
      if (command.kind !== 'renew') return call(commandScript(command), { name, command });
      return { ...call(renewScript, [{ name, command }]), read: (told) => renewScript.read(told)[0] };
    }
    case 'renew-many':
      return call(renewScript, asked.renewals.map(({ session, command }) => ({ name: names[session]!, command })));
    case 'tick-many':
      return call(tickScript, asked.sessions.map((session) => names[session]!));
    case 'due':
      // What it counts is compared at the end of each history.
      return { ...call(dueScript, { sessionsMax: SESSIONS_MAX }), read: (told) => ({ ...dueScript.read(told), usage: undefined }) };
    case 'sweep':
      return call(sweepScript, { pauseMs: 0, visitsMax: SESSIONS_MAX, changesMax: SESSIONS_MAX });
  }
};

export class ScriptSide {
  readonly #redis: Redis;
  readonly #subscriber: Redis;
  readonly #library: Library;
  readonly #messages: { readonly channel: string; readonly message: string }[] = [];
  #histories = 0;

  private constructor(redis: Redis, subscriber: Redis, library: Library) {
    this.#redis = redis;
    this.#subscriber = subscriber;
    this.#library = library;
    subscriber.on('message', (channel: string, message: string) => void this.#messages.push({ channel, message }));
  }

  /** @param library may be wrong on purpose */
  static async connect(socketPath: string, library = LIBRARY): Promise<ScriptSide> {
    const [redis, subscriber] = [await connectRedis(socketPath), await connectRedis(socketPath)];
    await redis.function('LOAD', 'REPLACE', library.text);
    await redis.script('LOAD', sessionStateScript.text);
    await subscriber.subscribe(eventsChannel(STORE_ID), wakesChannel(STORE_ID, OTHER_INSTANCE), MARKER);
    return new ScriptSide(redis, subscriber, library);
  }

  disconnect(): void {
    this.#redis.disconnect();
    this.#subscriber.disconnect();
  }

  /**
   * Sessions are told by their names, all of one partition; the floor is the partition's before the history.
   * @throws AssertionError naming the command and what was found
   */
  async compare(names: readonly string[], floor: FencingToken, history: readonly Expected[]): Promise<void> {
    const meta = metaKey(partitionOf(names[0]!));
    const calls = history.map(({ asked }) => callOf(asked, names));
    const pipeline = this.#redis.pipeline().flushdb();
    this.#send(pipeline, call(markScript, { floor, noGrantsForMs: 0 }), meta, '');
    for (const [place, { now, after }] of history.entries()) {
      this.#send(pipeline, calls[place]!, meta, `${now.monoMs}:${now.wallUs}`);
      for (const { session } of after) pipeline.evalsha(sessionStateScript.sha, 1, meta, names[session]!);
    }
    const [, , ...answers] = (await pipeline.exec())!;
    const next = (): unknown => {
      const [error, answer] = answers.shift()!;
      if (error) throw error;
      return answer;
    };
    for (const [place, expected] of history.entries()) {
      const what = `command ${place}, ${JSON.stringify(expected.asked)} at ${expected.now.monoMs}`;
      about(what, () => {
        compareAnswer(next() as Told, calls[place]!, expected);
        for (const one of expected.after) compareState(next(), expected, one);
      });
    }
    await this.#compareTold(names, history);
    const states = new Map(history.flatMap(({ after }) => after.map(({ session, state }) => [session, state] as const)));
    await this.#compareKeys(names.filter((_, session) => states.get(session) !== EMPTY_SESSION), meta);
    await this.#compareUsage([...states.values()], meta);
  }

  #send(pipeline: ChainableCommander, call: Call, meta: string, time: string): void {
    pipeline.fcall(this.#library.functionOf(call), 1, meta, STORE_ID, time, OWN_INSTANCE, ...call.args);
  }

  /** Messages of one connection come in the order in which they were published, whoever is subscribed. */
  async #compareTold(names: readonly string[], history: readonly Expected[]): Promise<void> {
    const marker = String((this.#histories += 1));
    await this.#redis.publish(MARKER, marker);
    await until('the marker is told', () => this.#messages.some(({ channel, message }) => channel === MARKER && message === marker), { everyMs: 1 });
    const messages = this.#messages.splice(0);
    const on = (wanted: string): string[] => messages.flatMap(({ channel, message }) => (channel === wanted ? [message] : []));
    const told: { readonly name: string; readonly events: readonly SessionEvent[] }[] = on(eventsChannel(STORE_ID)).map((message) => {
      const { name, events } = eventsOfMessage(message);
      return { name: nameText(name), events };
    });
    const wanted = history.flatMap((expected) => expected.told.map(({ session, events }) => ({ name: names[session]!, events })));
    about('the events of the history', () => assert.deepEqual(told, wanted));
    const wakes: readonly Wake[] = on(wakesChannel(STORE_ID, OTHER_INSTANCE)).map(wakeOfMessage);
    about('the wakes of the other instance', () => assert.deepEqual(wakes, history.flatMap((expected) => expected.wakes.filter((wake) => !isOwn(wake)))));
  }

  /** The partition counts what its sessions have, and nothing twice. */
  async #compareUsage(states: readonly Session[], meta: string): Promise<void> {
    const prefix = meta.slice(0, -'meta'.length);
    const wanted: Record<string, number> = {};
    for (const state of states) {
      for (const [what, count] of Object.entries(usageOf(state))) if (count > 0) wanted[`default:${what}`] = (wanted[`default:${what}`] ?? 0) + count;
    }
    const counted = Object.fromEntries(Object.entries(await this.#redis.hgetall(`${prefix}usage`)).map(([field, count]) => [field, Number(count)]));
    about('what is used', () => assert.deepEqual(counted, wanted));
    const times = async (index: string): Promise<number[]> => toScores(await this.#redis.call('ZRANGE', `${prefix}${index}`, '0', '-1', 'WITHSCORES'));
    const inOrder = (list: readonly number[]): number[] => list.toSorted((a, b) => a - b);
    const [waiting, undelivered] = [await times('waitingsince'), await times('undeliveredsince')];
    about('since when they wait', () => assert.deepEqual(waiting, inOrder(states.flatMap(({ waiters }) => waiters.map(({ enqueuedAtMs }) => enqueuedAtMs)))));
    about('since when replies are kept', () => assert.deepEqual(undelivered, inOrder(states.flatMap(({ replies }) => replies.filter(({ state }) => state !== 'dead').map(({ parkedAtMs }) => parkedAtMs)))));
  }

  /** Whatever is kept has its place, so that nothing is left behind anywhere; nothing of a session that was forgotten. */
  async #compareKeys(names: readonly string[], meta: string): Promise<void> {
    const prefix = meta.slice(0, -'meta'.length);
    const ofPartition = /^(?:meta|sessions|live|due|idle|settled|usage|waitingsince|undeliveredsince|courier:default|listed:(?:parked|sending|unknown|dead|delivered|superseded):default)$/;
    const ofSession = /^(?:ended|waiters|queue|waits|replies|payloads|replyids|order|undelivered|expiring|settledreplies):/;
    for (const key of await this.#redis.keys('*')) {
      const rest = key.slice(prefix.length);
      const isExpected = ofPartition.test(rest) || (ofSession.test(rest) && names.includes(rest.slice(rest.indexOf(':') + 1)));
      assert.ok(key.startsWith(prefix) && isExpected, `the key ${JSON.stringify(key)}`);
    }
  }
}

/** Members and their scores in turns. */
const toScores = (reply: unknown): number[] => (reply as unknown[]).flat().filter((_, place) => place % 2 === 1).map(Number);

const MARKER = 'the marker of the test itself';

const isOwn = ({ connection }: Wake): boolean => connection.startsWith(`${OWN_INSTANCE}:`);

/** Says in an error what it was about. */
const about = (what: string, check: () => void): void => {
  try {
    check();
  } catch (error) {
    if (error instanceof Error) error.message = `${what}: ${error.message}`;
    throw error;
  }
};

/** Members that are undefined are as good as absent. */
const withoutAbsent = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

const compareAnswer = (reply: Told, { read }: Call, expected: Expected): void => {
  const [outcome, due, now, wakes] = reply;
  about('the outcome', () => assert.deepEqual(withoutAbsent(read(list(outcome))), withoutAbsent(expected.outcome)));
  if (expected.dueAtMs !== 'untold') about('when it is due next', () => assert.equal(optionalNumber(due), expected.dueAtMs));
  about('the time', () => assert.equal(now, expected.now.monoMs));
  about('the wakes', () => assert.deepEqual(list(wakes).map(readWake), expected.wakes.filter(isOwn)));
};

const compareState = (told: unknown, { floor, settled }: Expected, { session, state, payloads }: Expected['after'][number]): void => {
  const found = readSessionState(told);
  const isKnown = state !== EMPTY_SESSION;
  const wanted = expectedStorage(state, { isKnown, floor, payloads, settledInPartition: settled });
  about(`session ${session}`, () => {
    assert.equal(found.isKnown, isKnown, isKnown ? 'it has no record' : 'it has a record');
    assert.deepEqual(foundStorage(found), wanted);
  });
};
