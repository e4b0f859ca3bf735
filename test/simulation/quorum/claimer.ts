/** What a claimer does: with the answers to what it asked, and of its own accord. It reads a majority by the store's own rules. */
import { chosenOf, leaseOf, leftOf, writeOf, type Said } from '../../../service/src/stores/quorum/rules/majority.ts';
import type { Proposal } from '../../../service/src/stores/quorum/rules/register.ts';
import { believes, forgetting, isSeen, newestEpoch, saidTo, sending, withClaimer } from './change.ts';
import type { ClaimersParts, Emit } from './claimers-parts.ts';
import { LETTERS, MAJORITY, type Answer, type Claimer, type Things, type World } from './model.ts';
import { LASTS_MS, type Rules, type State } from './rules.ts';

const KEEP = { kind: 'keep' } as const;

export class Claimers {
  readonly #parts: ClaimersParts;
  readonly #things: Things;
  readonly #rules: Rules;

  constructor(parts: ClaimersParts) {
    this.#parts = parts;
    this.#things = parts.things;
    this.#rules = parts.rules;
  }

  /** Begins an attempt, with a number of its own, in any epoch that there is. */
  begin(world: World, nth: number, number: number): readonly World[] {
    const before = world.claimers[nth]!.it;
    const attempt = before.attempt + 1;
    const name = `${LETTERS[nth]}${attempt}`;
    const vote = this.#rules.valueIsFresh ? name : LETTERS[nth]!;
    const asked = attempt > 1 ? before.asked : world.claimers.flatMap(({ it }, other) => (it.token > 0 ? [other] : []));
    const cleared = forgetting(this.#things, world, nth, { said: true, votes: true });
    return this.#epochs(world).map((epoch) => {
      const prepare = this.#things.request(epoch, { kind: 'prepare', number: this.#rules.countsOnNodes ? 0 : number, by: name });
      const sent = sending(before, prepare, ...(this.#parts.votes === 'apart' ? [this.#things.request(epoch, { kind: 'vote', value: vote })] : []));
      const claimer: Partial<Claimer> = { phase: 'asking', first: before.first || number, attempt, seen: Math.max(before.seen, number), number, nextStep: 0, by: name, epoch, vote, proposal: null, asked, sent, awaits: prepare.id };
      return withClaimer(this.#things, cleared, nth, claimer);
    });
  }

  /** Those that some node is in: in another nobody answers. */
  #epochs({ columns }: World): readonly number[] {
    return [...new Set(columns.flatMap(({ it: { node } }) => (node.it.isMember ? [node.it.epoch] : [])))];
  }

  /** Whatever the answers that are there decide. */
  decide(world: World, nth: number): readonly World[] {
    const said = saidTo(world, nth);
    switch (world.claimers[nth]!.it.phase) {
      case 'asking':
        return this.#choose(world, nth, said);
      case 'voting':
        return this.#claim(world, nth);
      case 'claiming':
      case 'confirming':
        return this.#claimed(world, nth, said);
      case 'renewing':
        return this.#renewed(world, nth, said);
      case 'releasing':
      case 'clearing':
        return [this.#released(world, nth, said)];
      default:
        return [world];
    }
  }

  #choose(world: World, nth: number, said: readonly Said<Answer>[]): readonly World[] {
    const chosen = chosenOf(said);
    const claimer = world.claimers[nth]!.it;
    if (chosen.kind === 'undecided') return [world];
    if (chosen.kind === 'refused') return this.#fail(world, nth, { isKnown: true });
    const answers = said.filter((one) => one !== undefined && one.kind !== 'silent');
    const { answer } = chosen;
    const verdict = answer.value === '' ? undefined : leaseOf(said, answer.value);
    // What has not been said yet may decide how the lease stands.
    if (verdict?.kind === 'undecided' && said.includes(undefined)) return [world];
    const number = this.#rules.countsOnNodes ? Math.max(...answers.map(({ promised }) => promised)) : claimer.number;
    const isOwn = answer.state?.holder === LETTERS[nth];
    if (isOwn && verdict?.kind === 'live') return this.#findOwn(world, nth, answer, chosen.isCommitted, said);
    if (isOwn) return [this.#leave(world, nth)];
    if (this.#parts.lastSettles && nth === world.claimers.length - 1) return [verdict?.kind === 'over' ? this.#settle(world, nth, answer) : this.#leave(world, nth)];
    if (this.#rules.looksAtLease && (verdict?.kind === 'live' || verdict?.kind === 'undecided')) return this.#fail(world, nth, { isKnown: true });
    const token = this.#rules.countsOnNodes ? number : Math.max(...answers.map((one) => Math.max(one.floor, one.token))) + 1;
    const state: State = { holder: LETTERS[nth]!, grants: [...(answer.state?.grants ?? []), [LETTERS[nth]!, token]] };
    const proposal = { ballot: { number, step: 0 }, by: claimer.by, state, token, value: claimer.vote };
    const cleared = forgetting(this.#things, world, nth, { said: true });
    return this.#claim(withClaimer(this.#things, cleared, nth, { phase: 'voting', number, proposal, awaits: -1 }), nth);
  }

  /** Its lease is there already, of an attempt whose answer was lost: told, once a majority is sure to have it. */
  #findOwn(world: World, nth: number, { state, token, value, accepted, acceptedBy }: Answer, isCommitted: boolean, said: readonly Said<Answer>[]): readonly World[] {
    const { number, by, epoch, sent } = world.claimers[nth]!.it;
    const found: Proposal<State> = { ballot: accepted, by: acceptedBy, state: state!, token, value };
    if (isCommitted) return [this.#hold(withClaimer(this.#things, world, nth, { proposal: found }), nth, said)];
    const proposal = { ...found, ballot: { number, step: 0 }, by };
    const accept = this.#things.request(epoch, { kind: 'accept', proposal, effect: KEEP });
    const cleared = forgetting(this.#things, world, nth, { said: true, votes: true });
    return [withClaimer(this.#things, cleared, nth, { phase: 'confirming', proposal, nextStep: 1, sent: sending({ ...world.claimers[nth]!.it, sent }, accept), awaits: accept.id })];
  }

  /** Writes what it has seen: that a lease is over. No vote is needed for that. */
  #settle(world: World, nth: number, { state, token }: Answer): World {
    const claimer = world.claimers[nth]!.it;
    const proposal: Proposal<State> = { ballot: { number: claimer.number, step: 0 }, by: claimer.by, state: { ...state!, holder: '' }, token, value: '' };
    const accept = this.#things.request(claimer.epoch, { kind: 'accept', proposal, effect: KEEP });
    return withClaimer(this.#things, forgetting(this.#things, world, nth, { said: true }), nth, { phase: 'releasing', proposal, sent: sending(claimer, accept), awaits: accept.id });
  }

  #claim(world: World, nth: number): readonly World[] {
    if (this.#rules.waitsForVotes && world.columns.filter(({ it }) => isSeen(it.voted, nth)).length < MAJORITY) return [world];
    const claimer = world.claimers[nth]!.it;
    const cleared = forgetting(this.#things, world, nth, { said: true, votes: true });
    const epochs = this.#rules.numberOutlivesEpoch === 'always' ? this.#epochs(world) : [claimer.epoch];
    return epochs.map((epoch) => {
      const accept = this.#things.request(epoch, { kind: 'accept', proposal: claimer.proposal!, effect: { kind: 'claim', forMs: LASTS_MS } });
      return withClaimer(this.#things, cleared, nth, { phase: 'claiming', nextStep: 1, sent: sending(claimer, accept), awaits: accept.id });
    });
  }

  #claimed(world: World, nth: number, said: readonly Said<Answer>[]): readonly World[] {
    const written = writeOf(said);
    if (written.kind === 'undecided' || written.kind === 'unknown') return [world];
    if (written.kind === 'refused') return this.#fail(world, nth, { isKnown: true });
    if (leftOf(said, world.claimers[nth]!.it.proposal!.value) <= 0) return this.#fail(world, nth, { isKnown: false });
    return [this.#hold(world, nth, said)];
  }

  /** From now on it believes to hold, and counts on those that have said that its lease is live there. */
  #hold(world: World, nth: number, said: readonly Said<Answer>[]): World {
    const { proposal, token } = world.claimers[nth]!.it;
    const { ballot, by, value } = proposal!;
    const counting = { ...world, columns: this.#counting(world, nth, (one) => one !== undefined && one.kind !== 'silent' && one.value === value && one.lease.isLive, said) };
    const held = withClaimer(this.#things, forgetting(this.#things, counting, nth, { said: true, votes: true }), nth, { phase: 'holding', token: Math.max(token, proposal!.token), awaits: -1 });
    return this.#parts.repairs ? this.#send(held, nth, { kind: 'repair', proposal: { ...proposal!, ballot, by } }) : held;
  }

  #counting(world: World, nth: number, counts: (one: Said<Answer>, at: number) => boolean, said: readonly Said<Answer>[] = []): World['columns'] {
    return world.columns.map(({ it }, at) => this.#things.columns.of({ ...it, counted: counts(said[at], at) ? it.counted | (1 << nth) : it.counted & ~(1 << nth) }));
  }

  #send(world: World, nth: number, ask: Parameters<Things['request']>[1]): World {
    const claimer = world.claimers[nth]!.it;
    // A vote is taken back by its value alone, whatever the epoch.
    const epoch = ask.kind === 'withdraw' ? 0 : newestEpoch(world);
    return withClaimer(this.#things, world, nth, { sent: sending(claimer, this.#things.request(epoch, ask)) });
  }

  #renewed(world: World, nth: number, said: readonly Said<Answer>[]): readonly World[] {
    const written = writeOf(said);
    if (written.kind === 'undecided' || written.kind === 'unknown') return [world];
    if (written.kind === 'refused') return [this.#notRenewed(world, nth)];
    const renewed = this.#hold(world, nth, said);
    if (!believes(world, nth)) return [renewed];
    // It may have been renewed for less than it had: then it goes on by what it had.
    return [renewed, { ...renewed, columns: this.#counting(renewed, nth, (_, at) => isSeen(world.columns[at]!.it.counted, nth)) }];
  }

  #notRenewed(world: World, nth: number): World {
    const cleared = withClaimer(this.#things, forgetting(this.#things, world, nth, { said: true }), nth, { phase: 'holding', awaits: -1 });
    return this.#rules.failedRenewalWithdraws ? this.#send(cleared, nth, { kind: 'withdraw', value: world.claimers[nth]!.it.proposal!.value }) : cleared;
  }

  #released(world: World, nth: number, said: readonly Said<Answer>[]): World {
    const claimer = world.claimers[nth]!.it;
    if (said.some((one) => one?.kind === 'refused') || (claimer.phase === 'releasing' && writeOf(said).kind !== 'carried')) return world;
    if (claimer.phase === 'releasing') return this.#leave(world, nth);
    if (!said.every((one) => one?.kind === 'taken')) return world;
    return this.#send(this.#leave(world, nth), nth, { kind: 'forget', ballot: claimer.proposal!.ballot });
  }

  #leave(world: World, nth: number): World {
    const cleared = forgetting(this.#things, world, nth, { said: true, votes: true, counted: true });
    return withClaimer(this.#things, cleared, nth, { phase: 'gone', attempt: 0, renewals: 0, seen: 0, number: 0, nextStep: 0, by: '', epoch: 0, vote: '', proposal: null, awaits: -1 });
  }

  /** An attempt is over. `isKnown`: nothing of it can come true any more, as far as one round tells. */
  #fail(world: World, nth: number, { isKnown }: { readonly isKnown: boolean }): readonly World[] {
    const { number, nextStep, seen, attempt, vote } = world.claimers[nth]!.it;
    const told = saidTo(world, nth).map((one) => one?.promised ?? 0);
    const known = Math.max(seen, number, ...told);
    // A vote that nobody has ever claimed ends at any time anyway: to take it back adds nothing.
    const isUseless = this.#rules.valueIsFresh && nextStep === 0;
    const withdrawn = !isUseless && (isKnown || this.#rules.withdraws === 'unknown') ? this.#send(world, nth, { kind: 'withdraw', value: vote }) : world;
    if (attempt >= this.#parts.attempts) return [this.#leave(withdrawn, nth)];
    return this.begin(withClaimer(this.#things, withdrawn, nth, { seen: known }), nth, known + 1);
  }

  /** What a claimer may do without having heard anything. */
  act(world: World, nth: number, numbers: readonly number[], emit: Emit): void {
    const claimer = world.claimers[nth]!.it;
    const letter = LETTERS[nth]!;
    switch (claimer.phase) {
      case 'idle':
        if (nth > 0 && world.claimers[nth - 1]!.it.phase === 'idle') return;
        for (const number of this.#free(world, numbers)) for (const after of this.begin(world, nth, number)) emit(() => `${letter} asks for votes and for promises of ${number}, in epoch ${after.claimers[nth]!.it.epoch}`, after);
        return;
      case 'asking':
      case 'voting':
        // Without another attempt it may as well go on waiting.
        if (claimer.attempt >= this.#parts.attempts) return;
        for (const after of this.#fail(world, nth, { isKnown: true })) emit(() => `${letter} gives up`, after);
        return;
      case 'claiming':
      case 'confirming':
        if (claimer.attempt >= this.#parts.attempts && this.#rules.withdraws === 'failed') return;
        for (const after of this.#fail(world, nth, { isKnown: false })) emit(() => `${letter} hears too little of its claim`, after);
        return;
      case 'renewing':
        emit(() => `${letter} hears too little of its renewal`, this.#notRenewed(world, nth));
        return;
      case 'holding':
        if (claimer.renewals > 0) this.#renew(world, nth, emit);
        if (this.#parts.ends !== 'never') this.#release(world, nth, emit);
    }
  }

  #free({ claimers }: World, numbers: readonly number[]): readonly number[] {
    return this.#parts.numbersDiffer ? numbers.filter((number) => claimers.every(({ it: { first } }) => first !== number)) : numbers;
  }

  #renew(world: World, nth: number, emit: Emit): void {
    const claimer = world.claimers[nth]!.it;
    const { ballot, by } = claimer.proposal!;
    for (const epoch of this.#epochs(world)) {
      const renew = this.#things.request(epoch, { kind: 'renew', ballot, by });
      const after = withClaimer(this.#things, world, nth, { phase: 'renewing', renewals: claimer.renewals - 1, sent: sending(claimer, renew), awaits: renew.id });
      emit(() => `${LETTERS[nth]} renews, in epoch ${epoch}`, after);
    }
  }

  #release(world: World, nth: number, emit: Emit): void {
    const claimer = world.claimers[nth]!.it;
    const { number, nextStep, by, proposal } = claimer;
    const outlives = this.#rules.numberOutlivesEpoch === 'always' || (this.#rules.numberOutlivesEpoch === 'written' && nextStep > 0);
    const empty: Proposal<State> = { ...proposal!, ballot: { number, step: nextStep }, by, value: '', state: { ...proposal!.state, holder: '' } };
    for (const epoch of outlives ? this.#epochs(world) : [claimer.epoch]) {
      const accept = this.#things.request(epoch, { kind: 'accept', proposal: empty, effect: KEEP });
      const after = forgetting(this.#things, world, nth, { counted: true });
      const phase = this.#parts.ends === 'forgotten' ? 'clearing' : 'releasing';
      emit(() => `${LETTERS[nth]} releases, in epoch ${epoch}`, withClaimer(this.#things, after, nth, { phase, proposal: empty, sent: sending(claimer, accept), awaits: accept.id }));
    }
  }

  /** Whether what is put back for a claimer may still be: until the time that it counts on is over. */
  mayRepair(world: World, nth: number): boolean {
    return !this.#rules.repairEnds || believes(world, nth);
  }
}
