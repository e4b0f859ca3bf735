/**
 * Writes of one command that a majority refused, though some node may have taken them: another proposer was at work, and may have gone on from what it
 * found there. Before the command is carried out again, a past tells whether it has been. Only where the past is too short is the caller left in doubt.
 */
import type { Command } from '../../session/commands.ts';
import { StoreUnavailableError } from '../../session/errors.ts';
import { isRepeatable, type Decision } from './deciding.ts';
import { fateOf, type Past } from './past.ts';
import type { Ballot } from './rules/ballot.ts';

export class RefusedWrites<C extends Command> {
  readonly #command: C;
  #mayHaveHappened = false;
  readonly #writes: { readonly ballot: Ballot; readonly decision: Decision<C> }[] = [];

  constructor(command: C) {
    this.#command = command;
  }

  get isEmpty(): boolean {
    return this.#writes.length === 0;
  }

  /** @throws StoreUnavailableError where nothing would tell */
  add(ballot: Ballot, decision: Decision<C>): void {
    this.#mayHaveHappened = true;
    // A lease has its own ways to be told: by its id, and by its votes.
    if (decision.effect.kind === 'keep') this.#writes.push({ ballot, decision });
    else if (!isRepeatable(this.#command)) throw noMajority();
  }

  /**
   * @param past of a state that a majority has promised to go on from
   * @returns what the command came to, where one of them is in it. @throws StoreUnavailableError where that cannot be told
   */
  happened(past: Past): Decision<C> | undefined {
    const done = this.#writes.findLast(({ ballot }) => fateOf(ballot, past) === 'done');
    if (!done && !isRepeatable(this.#command) && this.#writes.some(({ ballot }) => fateOf(ballot, past) === 'unknown')) throw noMajority();
    return done?.decision;
  }

  /** What the caller is told in place of an error that says for sure that nothing has happened. */
  toldOf(error: unknown): unknown {
    if (!this.#mayHaveHappened || !(error instanceof StoreUnavailableError) || error.outcome !== 'not-applied') return error;
    return new StoreUnavailableError(`${error.message} It may have happened before that.`, 'unknown');
  }
}

export const noMajority = (): StoreUnavailableError => new StoreUnavailableError('No majority of the nodes has confirmed the change; it may or may not have happened.', 'unknown');
