/**
 * Sessions of which nothing is worth keeping any more leave the nodes. That is only done while every node answers and has accepted one and the same
 * state: a node that was away would else bring back, alone, what the others have forgotten. Each node's floor rises over all that it forgets.
 */
import { isForgettable } from '../../session/forget.ts';
import type { SessionName } from '../../session/store.ts';
import type { Session } from '../../session/types.ts';
import type { ListingPort } from './listing-port.ts';
import { askMajority } from './listings.ts';
import type { NodePort, Told } from './node-port.ts';
import type { Numbers } from './numbers.ts';
import { withWrite } from './past.ts';
import { RegisterClient } from './register-client.ts';
import { requestOf } from './register-writes.ts';
import { compareBallots } from './rules/ballot.ts';
import { nameOfText, nameText } from '../redis/partitions.ts';
import { readSession, readState } from './session-text.ts';
import type { StoreClock } from './store-clock.ts';

/** Sessions that one round lets go of. */
const ROUND_MAX = 50;

export interface ForgettingParts {
  readonly nodes: readonly (NodePort & ListingPort)[];
  readonly storeClock: StoreClock;
  readonly numbers: Numbers;
}

export class Forgetting {
  readonly #parts: ForgettingParts;

  constructor(parts: ForgettingParts) {
    this.#parts = parts;
  }

  /** @throws StoreUnavailableError where no majority answers */
  async round(): Promise<void> {
    const { nodes, storeClock } = this.#parts;
    if (!nodes.every(({ isVoting }) => isVoting)) return;
    const found = await askMajority(nodes, (node) => node.forgettableSessions(storeClock.now().monoMs, ROUND_MAX));
    const names = new Set(found.flat().map(nameText));
    // One that fails stays where it is filed, and the round after this looks at it again.
    await Promise.allSettled([...names].slice(0, ROUND_MAX).map((name) => this.#forget(nameOfText(name))));
  }

  async #forget(name: SessionName): Promise<void> {
    const register = new RegisterClient(this.#parts.nodes, name);
    const told = await register.readAll();
    const [first] = told ?? [];
    if (!told || !first) return;
    const isOne = told.every((one) => isSameState(one, first));
    if (!isOne) return this.#makeOne(register);
    if (this.#isForgettable(first.value, readSession(first.state))) await register.forget(first.accepted);
  }

  /** Where the nodes differ, what a majority has is written anew on all of them; the next round finds it so. */
  async #makeOne(register: RegisterClient): Promise<void> {
    const { numbers } = this.#parts;
    const [number, by] = [numbers.next(), numbers.newProposer()];
    const majority = await register.prepare(number, by);
    if ('kind' in majority) return numbers.saw(majority.promised);
    const { session, past } = readState(majority.state);
    if (!this.#isForgettable(majority.value, session)) return;
    const ballot = { number, step: 0 };
    const request = requestOf({ ballot, by, value: '', session, past: withWrite(past, ballot) }, { kind: 'keep' });
    const token = Math.max(request.proposal.token, majority.floor);
    await register.accept({ ...request, proposal: { ...request.proposal, token } });
  }

  #isForgettable(value: string, session: Session): boolean {
    return value === '' && isForgettable(session, this.#parts.storeClock.now());
  }
}

const isSameState = (a: Told, b: Told): boolean => compareBallots(a.accepted, b.accepted) === 0 && a.acceptedBy === b.acceptedBy;
