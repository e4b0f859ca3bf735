/** One session's register, as this instance proposes to it: what it knows of it, the vote that it has, and what it writes. */
import type { Clock } from '../../clock.ts';
import type { Command } from '../../session/commands.ts';
import type { SessionName } from '../../session/store.ts';
import type { Session } from '../../session/types.ts';
import { nameText } from '../redis/partitions.ts';
import type { Basis, BasisKind, Known } from './basis.ts';
import type { AcceptRequest, NodePort } from './node-port.ts';
import type { Numbers } from './numbers.ts';
import { compareBallots, type Ballot, type Proposer } from './rules/ballot.ts';
import { withWrite } from './past.ts';
import { RegisterClient, type Majority, type Written } from './register-client.ts';
import { repair, requestOf } from './register-writes.ts';
import { readState, tokenOf, withLeaseLeft } from './session-text.ts';
import type { StoreClock } from './store-clock.ts';
import type { Vote, Votes } from './votes.ts';

export interface ProposingParts {
  readonly clock: Clock;
  readonly storeClock: StoreClock;
  readonly nodes: readonly NodePort[];
  readonly votes: Pick<Votes, 'take'>;
  readonly numbers: Numbers;
  /** The nodes' present one. */
  readonly epoch: () => string;
}

export class Proposing {
  readonly #name: SessionName;
  readonly #parts: ProposingParts;
  readonly #register: RegisterClient;
  #known: Known | undefined;
  #vote: Vote | undefined;
  /** A claim of this instance that a majority has refused, with what it was made on. Some node may have it all the same. */
  #refusedClaim: { readonly ballot: Ballot; readonly by: Proposer; readonly madeOn: Basis } | undefined;
  /** Claims in a row for which there were not enough votes. */
  #votesMissed = 0;
  #readAtMs = -Infinity;

  constructor(name: SessionName, parts: ProposingParts) {
    this.#name = name;
    this.#parts = parts;
    this.#register = new RegisterClient(parts.nodes, name);
  }

  /** As it was last seen; undefined where the next look has to be a fresh one. */
  get known(): Known | undefined {
    return this.#known;
  }

  /** How long ago a majority was last read. */
  get readMsAgo(): number {
    return this.#parts.clock.now().monoMs - this.#readAtMs;
  }

  /** Something has happened elsewhere. */
  mistrust(): void {
    this.#readAtMs = -Infinity;
  }

  /** What grew old is not told any more, and is left to the next write. */
  see(session: Session): void {
    this.#known = this.#known && { ...this.#known, session };
  }

  /** @returns undefined where a read does not settle it, `refused` where another proposer is at work. @throws StoreUnavailableError where no majority answers */
  async basis(command: Command, kind: BasisKind): Promise<Basis | 'refused' | undefined> {
    if (kind === 'guess') return { ...this.#known!, kind, isCommitted: true, isDoubtful: false };
    if (kind === 'read') {
      const majority = await this.#register.read();
      return majority && this.#learn(majority, kind);
    }
    const { numbers, epoch } = this.#parts;
    const own = { number: numbers.next(), nextStep: 0, by: numbers.newProposer(), epoch: epoch() };
    // Most likely the session is free: the vote is asked for at the same time.
    const voted = command.kind === 'acquire' && !this.#known?.session.lease ? this.hasVote() : undefined;
    const [majority] = await Promise.all([this.#register.prepare(own.number, own.by), voted]);
    if (!('kind' in majority)) return this.#learn(majority, kind, own);
    numbers.saw(majority.promised);
    return 'refused';
  }

  #learn(majority: Majority, kind: 'read' | 'promise', own?: Known['own']): Basis {
    const { ballot, by, value, lease, isCommitted } = majority;
    const { clock, storeClock } = this.#parts;
    this.#readAtMs = clock.now().monoMs;
    const { session: told, past } = readState(majority.state);
    const session = withLeaseLeft(told, lease, storeClock.now().monoMs);
    const known: Known = { ballot, by, own, value, session, past, floor: Math.max(majority.floor, tokenOf(session)) };
    this.#known = isCommitted ? known : undefined;
    // Nobody was told of that claim, and nobody has written since: as if it had not been made. Taken up, it would end a lease that there never was, and use up its id.
    const refused = this.#refusedClaim;
    if (own && !isCommitted && refused && by === refused.by && compareBallots(ballot, refused.ballot) === 0) {
      const { madeOn } = refused;
      return { ...known, value: madeOn.value, session: madeOn.session, past: madeOn.past, kind, isCommitted: false, isDoubtful: false };
    }
    return { ...known, kind, isCommitted, isDoubtful: lease.kind === 'undecided' };
  }

  /** Whether redlock has a majority of the votes for this instance, now or since a moment ago. */
  async hasVote(): Promise<boolean> {
    if (this.#vote && !this.#vote.isGood()) this.withdraw();
    this.#vote ??= await this.#parts.votes.take(nameText(this.#name));
    return this.#vote !== undefined;
  }

  /**
   * Whether a claim can be made on this basis. Where votes are missing again and again, a node that has not heard of a lease's end may still keep the vote of
   * it, for as long as the lease would have lasted: it is told what the others have.
   */
  async canClaim(basis: Basis): Promise<boolean> {
    if (await this.hasVote()) {
      this.#votesMissed = 0;
      return true;
    }
    this.#votesMissed += 1;
    if (this.#votesMissed > 1 && !basis.session.lease) await this.write(basis, basis.session, { effect: { kind: 'keep' } });
    return false;
  }

  /** Takes back a vote that was not claimed. */
  withdraw(): void {
    this.#vote?.withdraw();
    this.#vote = undefined;
  }

  /** Moves the end of the lease on where nothing else changes: no state is written. */
  async renew(basis: Basis, session: Session, forMs: number): Promise<Written> {
    const written = await this.#register.renew(basis.value, basis, forMs);
    this.#known = undefined;
    if (written.kind === 'carried') {
      this.#known = { ...basis, session: this.#leased(session, written.leftMs) };
      repair(this.#name, this.#known, written, this.#parts.clock);
    }
    return written;
  }

  /** Writes a state, under a number that is this instance's own. */
  async write(basis: Basis, session: Session, { effect, payloads }: Pick<AcceptRequest, 'effect' | 'payloads'>): Promise<Written & { readonly ballot: Ballot }> {
    const own = basis.own!;
    const ballot = { number: own.number, step: own.nextStep };
    // What promised it may be gone: a node that has lost it was reseeded since. Looked at right before the request leaves for the nodes, in the same turn.
    if (own.epoch !== this.#parts.epoch()) {
      this.#known = undefined;
      return { kind: 'refused', promised: 0, isPartial: false, ballot };
    }
    const value = session.lease === undefined ? '' : effect.kind === 'claim' ? this.#vote!.value : basis.value;
    const past = withWrite(basis.past, ballot);
    const written = await this.#register.accept(requestOf({ ballot, by: own.by, value, session, past }, effect, payloads));
    this.#known = undefined;
    if (written.kind === 'refused') this.#parts.numbers.saw(written.promised);
    this.#refusedClaim = written.kind === 'refused' && effect.kind === 'claim' ? { ballot, by: own.by, madeOn: basis } : undefined;
    if (written.kind === 'carried') {
      if (effect.kind === 'claim') this.#vote = undefined;
      const floor = Math.max(basis.floor, tokenOf(session));
      this.#known = { ballot, by: own.by, own: { ...own, nextStep: own.nextStep + 1 }, value, session: this.#leased(session, written.leftMs), past, floor };
      if (session.lease) repair(this.#name, this.#known, written, this.#parts.clock);
    }
    return { ...written, ballot };
  }

  #leased(session: Session, leftMs: number): Session {
    return session.lease === undefined ? session : withLeaseLeft(session, { kind: 'live', leftMs }, this.#parts.storeClock.now().monoMs);
  }
}
