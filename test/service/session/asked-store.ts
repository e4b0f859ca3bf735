/** A store that answers when the test says so, and remembers what it was asked. */
import type { Command, Outcome, OutcomeOf } from '../../../service/src/session/commands.ts';
import { NO_USAGE } from '../../../service/src/session/usage.ts';
import type { LeasePage, LeaseStore, SessionName, StoreCheck } from '../../../service/src/session/store.ts';

interface Asked {
  readonly name: SessionName;
  readonly command: Command;
  answer(outcome: Outcome): void;
  fail(error: Error): void;
}

export class AskedStore implements LeaseStore {
  readonly kind = 'embedded';
  readonly storeId = 'st_asked';
  readonly acceptedRisks = [];
  readonly lossesSeen = 0;
  readonly usage = { of: () => NO_USAGE, namespaces: [], oldestWaitMs: () => 0, oldestReplyMs: () => 0 };
  readonly asked: Asked[] = [];

  apply<C extends Command>(name: SessionName, command: C): Promise<OutcomeOf<C>> {
    const { promise, resolve, reject } = Promise.withResolvers<OutcomeOf<C>>();
    this.asked.push({ name, command, answer: (outcome) => resolve(outcome as OutcomeOf<C>), fail: reject });
    return promise;
  }

  /** The connection under which the nth command, an acquire, waits. */
  connectionOf(nth: number): string {
    const { command } = this.asked[nth]!;
    if (command.kind !== 'acquire') throw new Error(`command ${nth} is no acquire, but ${command.kind}`);
    return command.connection;
  }

  get disconnects(): readonly string[] {
    return this.asked.flatMap(({ command }) => (command.kind === 'disconnect' ? [command.connection] : []));
  }

  renewAll(): Promise<never> {
    return new Promise(() => {});
  }

  list(): Promise<LeasePage> {
    return new Promise(() => {});
  }

  readReply(): Promise<never> {
    return new Promise(() => {});
  }

  listReplies(): Promise<never> {
    return new Promise(() => {});
  }

  listen(): void {
    // Wakes are given to the service by the test.
  }

  checks(): readonly StoreCheck[] {
    return [];
  }

  async close(): Promise<void> {
    // There is nothing to let go of.
  }
}
