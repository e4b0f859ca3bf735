/** Every step that a world can take: a message is delivered, a time ends, a claimer acts, a node loses everything, the operator goes on. */
import type { Kept } from '../../../service/src/stores/quorum/rules/register.ts';
import { eachColumn, isLiveOn, newestEpoch, withColumn, withNode, withOperator } from './change.ts';
import type { Claimers, Emit } from './claimer.ts';
import type { Interned } from './interned.ts';
import { EMPTY_KEPT, LETTERS, type Answer, type Ask, type Column, type Node, type Request, type Things, type World } from './model.ts';
import { LASTS_MS, NOW_MS, type Rules, type State } from './rules.ts';

export interface StepsParts {
  readonly things: Things;
  readonly rules: Rules;
  readonly claimers: Claimers;
  /** Which a claimer may choose for its first attempt. */
  readonly numbers: readonly number[];
  /** Whether votes are given for themselves, or with the claim. */
  readonly votes: 'apart' | 'with claims';
  /** The operator may be interrupted, and begin again, so often. */
  readonly runs: number;
}

interface Done {
  readonly node: Interned<Node>;
  readonly answer: Interned<Answer> | undefined;
  /** Of a request for a vote. */
  readonly isVote: boolean;
}

export class Steps {
  readonly #parts: StepsParts;
  readonly #things: Things;
  readonly #rules: Rules;
  /** What a node does with a request depends on nothing else. */
  readonly #done = new Map<number, Done>();

  constructor(parts: StepsParts) {
    this.#parts = parts;
    this.#things = parts.things;
    this.#rules = parts.rules;
  }

  from(world: World, emit: Emit): void {
    for (const [nth, { it }] of world.claimers.entries()) {
      this.#parts.claimers.act(world, nth, this.#parts.numbers, emit);
      for (const id of it.sent) for (const at of world.columns.keys()) this.#deliver(world, nth, this.#things.requestOf(id), at, emit);
    }
    for (const at of world.columns.keys()) this.#expire(world, at, emit);
    this.#operate(world, emit);
  }

  #deliver(world: World, nth: number, request: Interned<Request>, at: number, emit: Emit): void {
    const { node, said, voted } = world.columns[at]!.it;
    const { epoch, ask } = request.it;
    if (ask.kind !== 'withdraw' && (!node.it.isMember || node.it.epoch !== epoch)) return;
    const mayRepair = ask.kind !== 'repair' || this.#parts.claimers.mayRepair(world, nth);
    const done = this.#doneBy(node, request, mayRepair);
    const isChanged = done.node !== node;
    const says = (end: string) => () => `${LETTERS[nth]}'s ${shown(ask)} reaches ${at + 1}${end}`;
    const { phase, awaits, vote } = world.claimers[nth]!.it;
    const after = isChanged ? this.#moved(world, at, done.node, ask) : world;
    if (ask.kind === 'vote') {
      if (!done.isVote) return;
      const counts = this.#rules.waitsForVotes && (phase === 'asking' || phase === 'voting') && ask.value === vote;
      const voting = counts ? withColumn(this.#things, after, at, { voted: voted | (1 << nth) }) : after;
      for (const next of phase === 'voting' ? this.#parts.claimers.decide(voting, nth) : [voting]) emit(says(': voted'), next);
      return;
    }
    if (awaits === request.id && said[nth] === undefined && done.answer) {
      const heard = withColumn(this.#things, after, at, { said: said.with(nth, done.answer) });
      for (const next of this.#parts.claimers.decide(heard, nth)) emit(says(`: ${done.answer.it.kind}`), next);
      if (isChanged && ask.kind !== 'prepare') emit(says(', and the answer is lost'), after);
    } else if (isChanged) emit(says(''), after);
  }

  /** A time that was set anew is nobody's loan any more. */
  #moved(world: World, at: number, node: Interned<Node>, { kind }: Ask): World {
    const isSet = kind === 'accept' || kind === 'renew' || kind === 'repair' || kind === 'withdraw';
    return withColumn(this.#things, world, at, isSet ? { node, loan: '' } : { node });
  }

  #doneBy(node: Interned<Node>, request: Interned<Request>, mayRepair: boolean): Done {
    const key = (node.id * 4_096 + request.id) * 2 + Number(mayRepair);
    let done = this.#done.get(key);
    if (done === undefined) {
      const { kept, answer, isVote } = this.#apply(node.it.kept, request.it.ask, mayRepair);
      done = { node: this.#things.nodes.of({ ...node.it, kept }), answer: answer && this.#things.answers.of(heardOf(request.it.ask, answer)), isVote };
      this.#done.set(key, done);
    }
    return done;
  }

  #apply(kept: Kept<State>, ask: Ask, mayRepair: boolean): { readonly kept: Kept<State>; readonly answer?: Answer; readonly isVote: boolean } {
    const { rules } = this.#parts;
    switch (ask.kind) {
      case 'vote':
        return rules.takeVote(kept, ask.value, LASTS_MS, NOW_MS);
      case 'withdraw':
        return { kept: rules.withdrawVote(kept, ask.value), isVote: false };
      case 'prepare':
        return { ...rules.prepare(kept, ask, NOW_MS), isVote: false };
      case 'accept': {
        if (this.#parts.votes === 'apart' || ask.effect.kind !== 'claim') return { ...rules.accept(kept, ask, NOW_MS), isVote: false };
        const done = rules.accept(rules.takeVote(kept, ask.proposal.value, LASTS_MS, NOW_MS).kept, ask, NOW_MS);
        return { kept: done.answer.kind === 'taken' ? done.kept : kept, answer: done.answer, isVote: false };
      }
      case 'renew':
        return { ...rules.renew(kept, { ...ask, ttlMs: LASTS_MS }, NOW_MS), isVote: false };
      case 'repair':
        return { ...rules.repair(kept, { ...ask, ttlMs: LASTS_MS, notAfterMs: mayRepair ? NOW_MS : NOW_MS - 1 }, NOW_MS), isVote: false };
      case 'forget':
        return { ...rules.forget(kept, ask.ballot, NOW_MS), isVote: false };
    }
  }

  /** The time on one node is over: of the vote there, and of the lease that goes with it. */
  #expire(world: World, at: number, emit: Emit): void {
    const { node, loan } = world.columns[at]!.it;
    const { register, vote } = node.it.kept;
    const isTimed = register.untilMs > NOW_MS;
    if (vote === undefined && !isTimed) return;
    // The loan is over no earlier than the lenders' own.
    if (loan === 'borrowed' && world.columns.some(({ it }) => it.loan === 'lent')) return;
    const isLease = vote === undefined || vote.value === register.value;
    const value = vote?.value ?? register.value;
    const kept = { ...node.it.kept, vote: undefined, register: isLease && isTimed ? { ...register, untilMs: 0 } : register };
    const ended = withColumn(this.#things, withNode(this.#things, world, at, { kept }), at, { loan: '' });
    emit(() => `the time of ${value} is over on ${at + 1}`, this.#reckoned(ended, at, value));
  }

  /**
   * Whoever counts on the node for that lease counts from when it sent, so it is over for it too. And a round is shorter than a lease: whoever has heard from
   * another node that the lease was not there, before it was, has waited too long by the time when it ends here.
   */
  #reckoned(world: World, at: number, value: string): World {
    const owner = LETTERS.indexOf(value[0]!);
    return eachColumn(this.#things, world, (column, nth) => {
      if (nth === at) return { counted: column.counted & ~(1 << owner), said: column.said.map((one, claimer) => (claimer === owner && one?.it.lease.isLive && one.it.value === value ? this.#ended(one) : one)) };
      if (!isLiveOn(column.node.it, value, NOW_MS)) return undefined;
      const isOld = (one: Interned<Answer> | undefined): boolean => one !== undefined && !(one.it.value === value && one.it.lease.isLive);
      return { said: column.said.map((one, claimer) => (claimer !== owner && world.claimers[claimer]!.it.phase === 'asking' && isOld(one) ? undefined : one)) };
    });
  }

  #ended(one: Interned<Answer>): Interned<Answer> {
    return this.#things.answers.of({ ...one.it, lease: { ...one.it.lease, isLive: false, leftMs: 0 } });
  }

  #operate(world: World, emit: Emit): void {
    const { phase, wipes, runs, epoch } = world.operator.it;
    if (phase === 'none') {
      if (wipes === 0) return;
      for (const at of world.columns.keys()) {
        const empty = this.#things.nodes.of({ kept: EMPTY_KEPT, epoch: 0, isMember: false });
        const lost = withColumn(this.#things, world, at, { node: empty, loan: '' });
        emit(() => `${at + 1} loses everything`, withOperator(this.#things, lost, { phase: 'lost', wipes: wipes - 1, runs: this.#parts.runs }));
      }
      return;
    }
    if (runs > 0) {
      const begun = eachColumn(this.#things, world, () => ({ told: undefined }));
      const next = this.#rules.sealsEpoch ? newestEpoch(world) + 1 : newestEpoch(world);
      emit(() => `the operator begins to reseed, with epoch ${next}`, withOperator(this.#things, begun, { phase: 'reseeding', epoch: next, runs: runs - 1 }));
    }
    if (phase === 'reseeding') this.#reseed(world, epoch, emit);
  }

  #reseed(world: World, epoch: number, emit: Emit): void {
    const healthy = world.columns.flatMap(({ it }, at) => (it.node.it.isMember ? [{ it, at }] : []));
    const unsealed = healthy.filter(({ it }) => it.node.it.epoch < epoch);
    for (const { at } of unsealed) emit(() => `the operator seals epoch ${epoch} on ${at + 1}`, withNode(this.#things, world, at, { epoch }));
    if (unsealed.length > 0) return;
    const unread = healthy.filter(({ it }) => it.told === undefined);
    for (const { it, at } of unread) emit(() => `the operator reads ${at + 1}`, withColumn(this.#things, world, at, { told: it.node, loan: isLent(it) ? 'lent' : '' }));
    if (unread.length > 0) return;
    // Nobody sees what is written before the node is a member, so both are one step.
    const kept = this.#rules.seed(healthy.map(({ it }) => it.told!.it.kept), NOW_MS);
    const isOwed = healthy.some(({ it }) => it.loan === 'lent');
    const node = this.#things.nodes.of({ kept, epoch, isMember: true });
    const seeded = eachColumn(this.#things, world, (column) => (column.node.it.isMember ? { told: undefined } : { node, loan: isOwed && kept.vote ? 'borrowed' : '' }));
    emit(() => 'the operator writes what it has read, and admits the node', withOperator(this.#things, seeded, { phase: 'none', epoch: 0, runs: 0 }));
  }
}

const isLent = ({ node, loan }: Column): boolean => loan === 'lent' || isLiveOn(node.it, node.it.kept.register.value, NOW_MS);

/** Of an answer to a write only this is ever looked at. */
const heardOf = ({ kind }: Ask, answer: Answer): Answer =>
  kind === 'prepare' ? answer : { ...answer, state: undefined, token: 0, floor: 0, accepted: { number: 0, step: 0 }, acceptedBy: '', promised: answer.kind === 'refused' ? answer.promised : 0 };

const shown = (ask: Ask): string => {
  switch (ask.kind) {
    case 'vote':
    case 'withdraw':
      return `${ask.kind === 'vote' ? 'request for a vote' : 'withdrawal'} of ${ask.value}`;
    case 'prepare':
      return `request for a promise of ${ask.number}`;
    case 'accept':
      return `${ask.effect.kind === 'claim' ? `claim of ${ask.proposal.token}` : ask.proposal.value === '' ? 'release' : 'confirmation'} by (${ask.proposal.ballot.number}, ${ask.proposal.ballot.step})`;
    case 'renew':
      return 'renewal';
    case 'repair':
      return 'repair';
    case 'forget':
      return 'forgetting';
  }
};

