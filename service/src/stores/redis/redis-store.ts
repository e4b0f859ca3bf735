/**
 * The redis store: the state is in Redis, decisions are made there by scripts that mirror the pure functions, and any number of instances share it.
 * This side sends commands, keeps the connections that wait here, and looks at what is due.
 */
import type { Clock, Now } from '../../clock.ts';
import type { Command, OutcomeOf, Outcomes, Wake } from '../../session/commands.ts';
import { StoreUnavailableError } from '../../session/errors.ts';
import type { ReplyUnknown } from '../../session/replies/commands.ts';
import type { AcceptedRisk, LeasePage, LeaseQuery, LeaseStore, Renewal, ReplyPage, ReplyQuery, SessionName, StoreCheck, StoredReply, StoreListener } from '../../session/store.ts';
import type { Namespace, ReplyId } from '../../session/types.ts';
import type { StoreUsage } from '../../session/usage.ts';
import { eventsChannel, eventsOfMessage, wakeOfMessage, wakesChannel } from './channels.ts';
import { commandScript } from './command-scripts.ts';
import { inParts } from './in-parts.ts';
import type { RedisLink, StoreLog } from './link.ts';
import { listLeases, type RunScript } from './listings.ts';
import { dueScript } from './lua/due.ts';
import { readReplyScript } from './lua/read-reply.ts';
import { renewScript } from './lua/renew.ts';
import { ALL_PARTITIONS, nameText, partitionOf } from './partitions.ts';
import { Recovery } from './recovery.ts';
import { Remembered } from './remembered.ts';
import { listReplies } from './reply-listings.ts';
import { Rounds } from './rounds.ts';
import { ForeignStoreError, ScriptRunner, UnmarkedError, type Ran } from './script-runner.ts';
import type { Script } from './script.ts';
import { subscribe } from './subscription.ts';
import { Sweeping } from './sweeping.ts';
import { UsageSeen } from './usage-seen.ts';
import { Waits } from './waits.ts';

/** Sessions that one look at a partition's due index settles. */
const DUE_MAX = 100;
export interface RedisStoreParts {
  readonly link: RedisLink;
  readonly clock: Clock;
  readonly storeId: string;
  readonly instanceId: string;
  readonly log: StoreLog;
  /** Time that scripts take for the server's. Tests alone give it. */
  readonly scriptTime?: (() => Now) | undefined;
  /** Called once when Redis holds another store: nothing that this instance answers would be true any more. */
  readonly onFatal: () => void;
}

export class RedisStore implements LeaseStore {
  readonly kind = 'redis';
  readonly storeId: string;
  readonly #parts: RedisStoreParts;
  readonly #runner: ScriptRunner;
  readonly #waits: Waits;
  readonly #remembered: Remembered;
  readonly #recovery: Recovery;
  readonly #rounds: Rounds;
  readonly #sweeping: Sweeping;
  readonly #usage: UsageSeen;
  #listener: StoreListener | undefined;
  #closed = false;
  #isForeign = false;

  private constructor(parts: RedisStoreParts) {
    const { link, clock, storeId, instanceId, scriptTime, log } = parts;
    this.#parts = parts;
    this.storeId = storeId;
    this.#runner = new ScriptRunner({ link, clock, storeId, instanceId, scriptTime, onWake: (wake) => this.#waits.wake(wake) });
    this.#waits = new Waits({ clock, run: this.#run, onWake: (wake) => this.#woken(wake) });
    this.#remembered = new Remembered(clock);
    this.#recovery = new Recovery({ clock, log, remembered: this.#remembered, run: this.#runner.run.bind(this.#runner) });
    this.#usage = new UsageSeen(clock);
    this.#rounds = new Rounds(clock, () => this.#round());
    this.#sweeping = new Sweeping(clock, this.#run, partitionOf(instanceId));
  }

  /** Resolves once messages of the other instances arrive. */
  static async start(parts: RedisStoreParts): Promise<RedisStore> {
    const store = new RedisStore(parts);
    await store.#subscribe();
    parts.link.onUp(() => void store.#rounds.begin());
    return store;
  }

  get acceptedRisks(): readonly AcceptedRisk[] {
    return this.#parts.link.acceptedRisks;
  }

  get usage(): StoreUsage {
    return this.#usage;
  }

  get lossesSeen(): number {
    return this.#recovery.lossesSeen;
  }

  listen(listener: StoreListener): void {
    this.#listener = listener;
  }

  async apply<C extends Command>(name: SessionName, command: C): Promise<OutcomeOf<C>> {
    return (await this.#carryOut(nameText(name), command)) as OutcomeOf<C>;
  }

  async renewAll(namespace: Namespace, renewals: readonly Renewal[]): Promise<readonly (Outcomes['renew'] | undefined)[]> {
    const outcomes: (Outcomes['renew'] | undefined)[] = Array.from({ length: renewals.length });
    const asked = renewals.map(({ key, leaseIdHash, ttlMs }, index) => ({ index, name: nameText({ namespace, key }), command: { kind: 'renew' as const, leaseIdHash, ttlMs } }));
    const renewPart = async ([partition, part]: readonly [number, readonly (typeof asked)[number][]]): Promise<void> => {
      const { outcome } = await this.#run(renewScript, partition, part);
      for (const [place, { index }] of part.entries()) outcomes[index] = this.#saw(outcome[place]!);
    };
    const settled = await Promise.allSettled(inParts(asked).map(renewPart));
    const failed = settled.find(({ status }) => status === 'rejected');
    // Where nothing was answered the whole request may say why; else those without a verdict are asked about again.
    if (failed?.status === 'rejected' && settled.every(({ status }) => status === 'rejected')) throw failed.reason;
    return outcomes;
  }

  list(query: LeaseQuery): Promise<LeasePage> {
    return listLeases(this.#run, query);
  }

  async readReply(name: SessionName, replyId: ReplyId): Promise<StoredReply | ReplyUnknown> {
    const text = nameText(name);
    return (await this.#run(readReplyScript, partitionOf(text), { name: text, replyId })).outcome;
  }

  listReplies(query: ReplyQuery): Promise<ReplyPage> {
    return listReplies(this.#run, query);
  }

  checks(): readonly StoreCheck[] {
    return [...this.#parts.link.checks(), this.#rounds.check(), this.#sweeping.check(), this.#recovery.check()];
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#rounds.stop();
    this.#sweeping.stop();
    this.#waits.stop();
    await this.#parts.link.close();
  }

  async #carryOut(name: string, command: Command): Promise<unknown> {
    const partition = partitionOf(name);
    switch (command.kind) {
      case 'acquire':
        return this.#saw(await this.#waits.acquire(name, command));
      case 'renew':
        return this.#saw((await this.#runFor(name, renewScript, partition, [{ name, command }])).outcome[0]!);
      case 'tick':
        await this.#waits.tick(name);
        return { kind: 'noted' };
      case 'disconnect':
        this.#waits.leave(command.connection);
        return (await this.#runFor(name, commandScript(command), partition, { name, command })).outcome;
      default:
        return (await this.#runFor(name, commandScript(command), partition, { name, command })).outcome;
    }
  }

  /** Runs a script for one session, and sets its timer if somebody waits here. */
  async #runFor<Given, Read>(name: string, script: Script<Given, Read>, partition: number, given: Given): Promise<Ran<Read>> {
    const ran = await this.#run(script, partition, given);
    this.#waits.arm(name, ran.dueAtMs);
    return ran;
  }

  readonly #run: RunScript = async (script, partition, given) => {
    if (this.#closed) throw new StoreUnavailableError('The store is closed.', 'not-applied');
    try {
      return await this.#runner.run(script, partition, given);
    } catch (error) {
      if (error instanceof ForeignStoreError) this.#fail();
      if (!(error instanceof UnmarkedError)) throw error;
    }
    // Whoever marks the first partition names the store: only once it is ours may another be marked, or one Redis would hold parts of two.
    if (partition !== 0) await this.#run(dueScript, 0, { sessionsMax: 0 });
    await this.#recovery.restore(partition);
    return this.#runner.run(script, partition, given);
  };

  #fail(): void {
    if (this.#isForeign) return;
    this.#isForeign = true;
    this.#parts.onFatal();
  }

  async #round(): Promise<void> {
    await Promise.all([...ALL_PARTITIONS.map((partition) => this.#settleDue(partition)), this.#waits.askAgain()]);
  }

  async #settleDue(partition: number): Promise<void> {
    const { outcome, storeMs } = await this.#run(dueScript, partition, { sessionsMax: DUE_MAX });
    this.#usage.saw(partition, outcome.usage, storeMs);
    await this.#recovery.noticed(partition, outcome.noGrantsBeforeMs, storeMs);
    if (outcome.sessions === DUE_MAX) await this.#settleDue(partition);
  }

  #woken(wake: Wake): void {
    this.#saw(wake.outcome);
    this.#listener?.onWake(wake);
  }

  #saw<O extends { readonly kind: string }>(outcome: O): O {
    if (outcome.kind === 'granted' || outcome.kind === 'renewed') this.#remembered.sawLease(outcome as O & Parameters<Remembered['sawLease']>[0]);
    return outcome;
  }

  #subscribe(): Promise<void> {
    const { link, instanceId } = this.#parts;
    const wakes = wakesChannel(this.storeId, instanceId);
    return subscribe({
      link,
      channels: [wakes, eventsChannel(this.storeId)],
      onMessage: (channel, message) => {
        if (channel === wakes) this.#waits.wake(wakeOfMessage(message));
        else this.#told(message);
      },
      onSubscribed: () => void this.#rounds.begin(),
    });
  }

  #told(message: string): void {
    const { name, events, instanceId } = eventsOfMessage(message);
    for (const event of events) {
      if (event.type === 'granted') this.#remembered.sawToken(event.fencingToken);
      this.#listener?.onEvent(name, event, instanceId === this.#parts.instanceId);
    }
  }
}
