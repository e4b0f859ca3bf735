/** The scripts on a Redis of the test's own, as the store runs them, in one partition and on time that the test moves: days cost nothing. */
import type { Redis } from 'ioredis';
import type { Test } from 'tap';
import type { Acquire, OutcomeOf, Outcomes, SessionEvent, Wake } from '../../../../service/src/session/commands.ts';
import type { Attempt, Park } from '../../../../service/src/session/replies/commands.ts';
import type { ConnectionId, FencingToken, LeaseIdHash, PayloadHash, ReplyId } from '../../../../service/src/session/types.ts';
import { eventsChannel, eventsOfMessage } from '../../../../service/src/stores/redis/channels.ts';
import { commandScript, type PlainCommand } from '../../../../service/src/stores/redis/command-scripts.ts';
import { acquireScript, type NoGrants } from '../../../../service/src/stores/redis/lua/acquire.ts';
import { markScript } from '../../../../service/src/stores/redis/lua/mark.ts';
import { sweepScript, type SweepBounds } from '../../../../service/src/stores/redis/lua/sweep.ts';
import { metaKey, nameText, partitionOf } from '../../../../service/src/stores/redis/partitions.ts';
import { ScriptRunner } from '../../../../service/src/stores/redis/script-runner.ts';
import type { Script } from '../../../../service/src/stores/redis/script.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { connectRedis, ownRedis } from '../../../support/own-redis.ts';

const STORE_ID = 'st_scripts';
const INSTANCE_ID = 'scripts';
const PARTITION = 5;

const everything: SweepBounds = { pauseMs: 0, visitsMax: 2_000, changesMax: 200 };

/** So many names of sessions of the partition. */
export const namesOfPartition = (count: number): string[] => {
  const names: string[] = [];
  for (let number = 0; names.length < count; number += 1) {
    const name = `default\0s${String(number).padStart(7, '0')}`;
    if (partitionOf(name) === PARTITION) names.push(name);
  }
  return names;
};

export class OwnScripts {
  readonly redis: Redis;
  /** Hears the events. */
  readonly subscriber: Redis;
  readonly storeId = STORE_ID;
  readonly clock = new FakeClock();
  readonly wakes: Wake[] = [];
  readonly events: { readonly name: string; readonly event: SessionEvent }[] = [];

  private constructor(redis: Redis, subscriber: Redis) {
    this.redis = redis;
    this.subscriber = subscriber;
  }

  static async start(t: Test): Promise<OwnScripts> {
    const socketPath = await ownRedis(t);
    const [redis, subscriber] = [await connectRedis(socketPath), await connectRedis(socketPath)];
    t.teardown(() => [redis, subscriber].forEach((one) => one.disconnect()));
    const scripts = new OwnScripts(redis, subscriber);
    subscriber.on('message', (channel: string, message: string) => {
      if (channel !== eventsChannel(STORE_ID)) return;
      const { name, events } = eventsOfMessage(message);
      scripts.events.push(...events.map((event) => ({ name: nameText(name), event })));
    });
    await subscriber.subscribe(eventsChannel(STORE_ID));
    await scripts.run(markScript, { floor: 0 as FencingToken, noGrantsForMs: 0 });
    return scripts;
  }

  run<Given, Read>(script: Script<Given, Read>, given: Given): Promise<Read> {
    return this.runAs(INSTANCE_ID, script, given);
  }

  async runAs<Given, Read>(instanceId: string, script: Script<Given, Read>, given: Given): Promise<Read> {
    const runner = new ScriptRunner({
      link: { commands: this.redis, refuseUnlessUp: () => {} },
      clock: this.clock,
      storeId: STORE_ID,
      instanceId,
      scriptTime: () => this.clock.now(),
      onWake: (wake) => void this.wakes.push(wake),
    });
    return (await runner.run(script, PARTITION, given)).outcome;
  }

  /** One step; without bounds it goes through all of this test's sessions. */
  sweep(bounds: Partial<SweepBounds> = {}): Promise<number> {
    return this.run(sweepScript, { ...everything, ...bounds });
  }

  do<C extends PlainCommand>(name: string, command: C): Promise<OutcomeOf<C>> {
    return this.run(commandScript(command), { name, command });
  }

  acquire(name: string, id: string, terms: Partial<Acquire> = {}): Promise<Outcomes['acquire'] | NoGrants> {
    const connection = `${INSTANCE_ID}:${id}` as ConnectionId;
    const defaults = { holder: `holder of ${id}`, connection, ttlMs: 30_000, waitMs: 0, background: false, maxHoldMs: 4 * 3_600_000 };
    return this.run(acquireScript, { name, command: { kind: 'acquire', leaseIdHash: id as LeaseIdHash, ...defaults, ...terms } });
  }

  async take(name: string, id: string, terms: Partial<Acquire> = {}): Promise<FencingToken> {
    const outcome = await this.acquire(name, id, terms);
    if (outcome.kind !== 'granted') throw new Error(`${id} was not granted: ${outcome.kind}`);
    return outcome.fencingToken;
  }

  release(name: string, id: string): Promise<Outcomes['release']> {
    return this.do(name, { kind: 'release', leaseIdHash: id as LeaseIdHash });
  }

  park(name: string, id: string, terms: Partial<Park> = {}): Promise<Outcomes['park']> {
    const payload = JSON.stringify(`says ${id}`);
    const defaults = { holder: 'parker', committed: false, contentType: 'application/json', expiresInMs: 86_400_000, payload, payloadBytes: payload.length };
    return this.do(name, { kind: 'park', replyId: id as ReplyId, fencingToken: 0 as FencingToken, payloadHash: `hash of ${id}` as PayloadHash, ...defaults, ...terms });
  }

  attempt(name: string, id: string, leaseId: string, outcome: Attempt['outcome'], terms: Partial<Attempt> = {}): Promise<Outcomes['attempt']> {
    return this.do(name, { kind: 'attempt', replyId: id as ReplyId, leaseIdHash: leaseId as LeaseIdHash, attempt: 1, outcome, ...terms });
  }

  async deliver(name: string, id: string, leaseId: string): Promise<void> {
    for (const outcome of ['sending', 'delivered'] as const) {
      const told = await this.attempt(name, id, leaseId, outcome);
      if (told.kind !== 'reply') throw new Error(`${id} is not ${outcome}: ${told.kind}`);
    }
  }

  inspect(name: string): Promise<Outcomes['inspect']> {
    return this.do(name, { kind: 'inspect' });
  }

  /** All keys but that of the partition itself, without what they have in common. */
  async keys(): Promise<string[]> {
    const meta = metaKey(PARTITION);
    return (await this.redis.keys('*')).filter((key) => key !== meta).map((key) => key.slice(meta.length - 'meta'.length)).toSorted();
  }

  key(kind: string): string {
    return metaKey(PARTITION).replace(/meta$/, kind);
  }
}
