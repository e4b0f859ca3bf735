/**
 * The world that is explored: three nodes, claimers of one session, an operator who reseeds.
 *
 * What makes it small, and why nothing is missed by it:
 * - *Messages.* Whatever a claimer has ever sent can be delivered to any node at any time, any number of times, or never: so it is lost, late and
 *   repeated without a word about the network in the state.
 * - *Answers.* A node's answer is heard in the step in which the node gives it, or never. One that is heard later has the effect of one that is
 *   heard at once by a claimer who then waits, for until a round is decided an answer only lies there; and the claimer's next messages can be late.
 * - *Deciding.* A round is decided as soon as its answers decide it, as the store does; what it leads to takes effect whenever it is delivered.
 * - *Time.* Nothing lasts for a known time: the lease or vote on a node ends in a step of its own, whenever it likes. A claimer believes to hold until
 *   fewer than a majority of those that took its last claim or renewal are left, the latest moment that its own reckoning allows.
 * - *Symmetry.* Nodes differ in nothing but their places, so a world is told by its columns (a node, and what each claimer has of it) in order of their numbers.
 *   Claimers that have not begun differ in nothing but their letters, so they begin in order of these.
 */
import { EMPTY_REGISTER } from '../../../service/src/stores/quorum/rules/node.ts';
import type { Ballot, Proposer } from '../../../service/src/stores/quorum/rules/ballot.ts';
import type { Effect, Kept, NodeAnswer, Proposal } from '../../../service/src/stores/quorum/rules/register.ts';
import { Interner, type Interned } from './interned.ts';
import type { State } from './rules.ts';

export const NODES = 3;
export const MAJORITY = 2;

export interface Node {
  readonly kept: Kept<State>;
  readonly epoch: number;
  readonly isMember: boolean;
}

export type Answer = NodeAnswer<State>;

export type Ask =
  | { readonly kind: 'vote'; readonly value: string }
  | { readonly kind: 'withdraw'; readonly value: string }
  | { readonly kind: 'prepare'; readonly number: number; readonly by: Proposer }
  | { readonly kind: 'accept'; readonly proposal: Proposal<State>; readonly effect: Effect }
  | { readonly kind: 'renew'; readonly ballot: Ballot; readonly by: Proposer }
  | { readonly kind: 'repair'; readonly proposal: Proposal<State> }
  | { readonly kind: 'forget'; readonly ballot: Ballot };

export interface Request {
  readonly epoch: number;
  readonly ask: Ask;
}

export type Phase =
  | 'idle'
  /** Has asked for votes and for promises. */
  | 'asking'
  /** Knows what to claim, and waits for its votes. */
  | 'voting'
  | 'claiming'
  /** Has found its own lease in a state that nobody had committed. */
  | 'confirming'
  | 'holding'
  | 'renewing'
  | 'releasing'
  /** Wants to hear from all that the session is empty there. */
  | 'clearing'
  | 'gone';

export interface Claimer {
  readonly phase: Phase;
  readonly attempt: number;
  /** Its first number. */
  readonly first: number;
  readonly renewals: number;
  /** The largest number that it knows of. */
  readonly seen: number;
  readonly number: number;
  readonly nextStep: number;
  readonly by: Proposer;
  /** In which its number was promised. */
  readonly epoch: number;
  /** Of the votes of this attempt. */
  readonly vote: string;
  /** What it has proposed, or is about to; where it holds, the state of its lease. */
  readonly proposal: Proposal<State> | null;
  /** Of its grant; 0 before it was told of one. */
  readonly token: number;
  /** Those who had been told of a grant when it asked. */
  readonly asked: readonly number[];
  /** A majority was seen without its lease after the grant. */
  readonly hasEnded: boolean;
  /** All that it has ever sent, as numbers of requests. */
  readonly sent: readonly number[];
  /** Whose answers count; -1 for none. */
  readonly awaits: number;
}

/** One node, and what each claimer has of it. */
export interface Column {
  readonly node: Interned<Node>;
  /** What it answered in the round that each claimer has under way. */
  readonly said: readonly (Interned<Answer> | undefined)[];
  /** Bits of the claimers it has voted for in their present attempt. */
  readonly voted: number;
  /** Bits of the claimers who count on it for what they hold. */
  readonly counted: number;
  /** As the operator read it. */
  readonly told: Interned<Node> | undefined;
  /** A node that was reseeded has been given the time that the lenders had left: it ends no earlier there. */
  readonly loan: '' | 'lent' | 'borrowed';
}

export interface Operator {
  /** `lost`: a node has lost everything, and nobody has begun to reseed it. */
  readonly phase: 'none' | 'lost' | 'reseeding';
  readonly epoch: number;
  readonly wipes: number;
  readonly runs: number;
}

export interface World {
  readonly columns: readonly Interned<Column>[];
  readonly claimers: readonly Interned<Claimer>[];
  readonly operator: Interned<Operator>;
}

export const LETTERS = 'abc';

export const EMPTY_KEPT: Kept<State> = { register: EMPTY_REGISTER, vote: undefined, floor: 0 };

/** What is in worlds, each once. */
export class Things {
  readonly nodes = new Interner<Node>();
  readonly answers = new Interner<Answer>();
  readonly claimers = new Interner<Claimer>((claimer) => {
    const { phase, attempt, first, renewals, seen, number, nextStep, by, epoch, vote, proposal, token, asked, hasEnded, sent, awaits } = claimer;
    return `${phase} ${attempt} ${first} ${renewals} ${seen} ${number} ${nextStep} ${by} ${epoch} ${vote} ${proposal && this.#numberOf(proposal)} ${token} ${asked.join()} ${hasEnded} ${sent.join()} ${awaits}`;
  });
  readonly operators = new Interner<Operator>();
  readonly columns = new Interner<Column>(
    ({ node, said, voted, counted, told, loan }) => `${node.id} ${said.map((one) => one?.id ?? '-').join(' ')} ${voted} ${counted} ${told?.id ?? '-'} ${loan}`,
  );
  readonly #requests = new Interner<Request>();
  readonly #byId: Interned<Request>[] = [];
  readonly #proposals = new Interner<Proposal<State>>();
  readonly #numbered = new WeakMap<Proposal<State>, number>();

  #numberOf(proposal: Proposal<State>): number {
    let id = this.#numbered.get(proposal);
    if (id === undefined) {
      ({ id } = this.#proposals.of(proposal));
      this.#numbered.set(proposal, id);
    }
    return id;
  }

  request(epoch: number, ask: Ask): Interned<Request> {
    const request = this.#requests.of({ epoch, ask });
    this.#byId[request.id] = request;
    return request;
  }

  requestOf(id: number): Interned<Request> {
    return this.#byId[id]!;
  }
}

/** Ids are below this, so that three fit into an integer. */
const IDS_MAX = 2 ** 17;

/** Of one exploration, whose ids are its own. */
export const keysOf = (): ((world: World) => readonly [number, number]) => {
  const others = new Interner<string>((text) => text);
  return ({ columns, claimers, operator }) => {
    const [a, b, c] = columns.map(({ id }) => id) as [number, number, number];
    const least = Math.min(a, b, c);
    const most = Math.max(a, b, c);
    if (most >= IDS_MAX) throw new Error('there are more columns than a key can tell apart');
    return [others.of(`${claimers.map(({ id }) => id).join(' ')} ${operator.id}`).id, (least * IDS_MAX + (a + b + c - least - most)) * IDS_MAX + most];
  };
};
