/** One session's register on all nodes, as a proposer uses it: each question is asked of every node, and answered by what a majority says. */
import { StoreUnavailableError } from '../../session/errors.ts';
import type { SessionName } from '../../session/store.ts';
import { decide } from './asking.ts';
import { NodeSilentError, type AcceptRequest, type NodePort, type Told } from './node-port.ts';
import type { Ballot, Proposer } from './rules/ballot.ts';
import { chosenOf, leaseOf, leftOf, majorityOf, readOf, writeOf, type LeaseVerdict, type Said, type Silence } from './rules/majority.ts';

/** What a majority has: the state, by whom it was written, and how its lease stands. */
export interface Majority {
  readonly state: string | undefined;
  readonly ballot: Ballot;
  readonly by: Proposer;
  /** Whether a majority is known to have it. What is not committed may be taken up by whoever proposes next, or be lost. */
  readonly isCommitted: boolean;
  /** Redlock's value of the state's lease; empty without one. */
  readonly value: string;
  readonly lease: LeaseVerdict;
  /** The largest of the fencing tokens that any of them knows to be below all to come. */
  readonly floor: number;
}

export interface Refused {
  readonly kind: 'refused';
  /** The largest number that any of them has promised. */
  readonly promised: number;
}

export interface Carried {
  readonly kind: 'carried';
  /** What is left of the state's lease, for sure. */
  readonly leftMs: number;
  /** What each node answers to it; those that are slower than a majority, later. */
  readonly answers: readonly { readonly node: NodePort; readonly answer: Promise<Told | Silence> }[];
}

export type Written =
  | Carried
  | (Refused & { /** Whether some node has it all the same, or may have. */ readonly isPartial: boolean })
  | { readonly kind: 'unknown' };

const silence = (error: unknown): Silence => {
  if (error instanceof NodeSilentError) return { kind: 'silent', wasSent: error.wasSent };
  throw error;
};

export class RegisterClient {
  readonly #nodes: readonly NodePort[];
  readonly #name: SessionName;

  constructor(nodes: readonly NodePort[], name: SessionName) {
    this.#nodes = nodes;
    this.#name = name;
  }

  /** @returns what a majority promised; or the largest number known where it was refused. @throws StoreUnavailableError where no majority answers */
  async prepare(number: number, by: Proposer): Promise<Majority | Refused> {
    const decided = await this.#ask((node) => node.prepare(this.#name, number, by), (said) => {
      const chosen = chosenOf(said);
      if (chosen.kind === 'undecided') return undefined;
      if (chosen.kind === 'refused') return { kind: 'refused' as const, promised: chosen.promised };
      return this.#majority(chosen.answer, chosen.isCommitted, said);
    });
    if (decided === undefined) throw this.#noMajority('not-applied');
    return decided;
  }

  /** @returns undefined where the nodes that answered do not agree: whoever wants to know has to prepare. @throws StoreUnavailableError where no majority answers */
  async read(): Promise<Majority | undefined> {
    let answered = 0;
    const decided = await this.#ask((node) => node.read(this.#name), (said) => {
      answered = said.filter((one) => one !== undefined && one.kind !== 'silent').length;
      const good = readOf(said);
      return good.kind === 'good' ? this.#majority(good.answer, true, said) : undefined;
    });
    if (decided === undefined && answered < majorityOf(this.#nodes.length)) throw this.#noMajority('not-applied');
    return decided;
  }

  /** What every node has; undefined where one of them does not answer. */
  async readAll(): Promise<readonly Told[] | undefined> {
    const said = await Promise.all(this.#nodes.map((node) => node.read(this.#name).catch(silence)));
    const told = said.filter((one) => one.kind !== 'silent');
    return told.length === this.#nodes.length ? told : undefined;
  }

  /** Every node lets go of it, unless something else was written meanwhile. A node that does not hear of it keeps it. */
  async forget(ballot: Ballot): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.forget(this.#name, ballot).catch(silence)));
  }

  accept(request: AcceptRequest): Promise<Written> {
    return this.#write(request.proposal.value, (node) => node.accept(this.#name, request));
  }

  /** @param value of the lease that is renewed */
  renew(value: string, { ballot, by }: { readonly ballot: Ballot; readonly by: Proposer }, ttlMs: number): Promise<Written> {
    return this.#write(value, (node) => node.renew(this.#name, ballot, by, ttlMs));
  }

  async #write(value: string, ask: (node: NodePort) => Promise<Told>): Promise<Written> {
    let last: readonly Said<Told>[] = [];
    const answers = this.#nodes.map((node) => ({ node, answer: ask(node).catch(silence) }));
    const written = await decide(answers.map(({ answer }) => answer), (said) => {
      last = said;
      const verdict = writeOf(said);
      return verdict.kind === 'undecided' ? undefined : verdict;
    });
    if (written === undefined || written.kind === 'unknown') return { kind: 'unknown' };
    if (written.kind === 'refused') {
      const isPartial = last.some((one) => one?.kind === 'taken' || one === undefined || (one.kind === 'silent' && one.wasSent));
      return { kind: 'refused', promised: written.promised, isPartial };
    }
    return { kind: 'carried', leftMs: value === '' ? 0 : leftOf(last, value), answers };
  }

  #majority(answer: Told, isCommitted: boolean, said: readonly Said<Told>[]): Majority | undefined {
    const lease: LeaseVerdict = answer.value === '' ? { kind: 'over', sinceMs: 0 } : leaseOf(said, answer.value);
    // As long as more answers may come, they may decide it.
    if (lease.kind === 'undecided' && said.includes(undefined)) return undefined;
    const floor = said.reduce((largest, one) => (one === undefined || one.kind === 'silent' ? largest : Math.max(largest, one.floor, one.token)), 0);
    return { state: answer.state, ballot: answer.accepted, by: answer.acceptedBy, isCommitted, value: answer.value, lease, floor };
  }

  #ask<Decision>(ask: (node: NodePort) => Promise<Told>, judge: (said: readonly Said<Told>[]) => Decision | undefined): Promise<Decision | undefined> {
    return decide(this.#nodes.map((node) => ask(node).catch(silence)), judge);
  }

  #noMajority(outcome: 'not-applied' | 'unknown'): StoreUnavailableError {
    const voting = this.#nodes.filter(({ isVoting }) => isVoting).length;
    return new StoreUnavailableError(`No majority of the ${this.#nodes.length} Redis answers; ${voting} are in use just now.`, outcome);
  }
}
