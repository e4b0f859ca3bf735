/** How listings look at sessions: by commands, as everybody does, and with the number of the commit that they have to wait for. */
import type { Command, OutcomeOf } from '../../session/commands.ts';
import type { SessionName } from '../../session/store.ts';

export interface Performed<C extends Command> {
  readonly outcome: OutcomeOf<C>;
  /** The commit that carries the state that the outcome was computed from. */
  readonly durable: number;
}

/** Runs one command against memory. Never waits. */
export type Perform = <C extends Command>(name: SessionName, command: C) => Performed<C>;

/** A page, and the newest commit of what is on it. */
export interface ReadPage<Page> {
  readonly page: Page;
  readonly durable: number;
}
