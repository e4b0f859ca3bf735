/** Every step that a world can take: a message is delivered, a time ends, a claimer acts, a node loses everything, the operator goes on. */
import type { Kept } from '../../../service/src/stores/quorum/rules/register.ts';
import { eachColumn, isLiveOn, newestEpoch, withColumn, withNode, withOperator } from './change.ts';
import type { Claimers } from './claimer.ts';
import type { Emit } from './claimers-parts.ts';
import type { Interned } from './interned.ts';
import { EMPTY_KEPT, LETTERS, type Answer, type Ask, type Column, type Request, type Things, type World } from './model.ts';
import { LASTS_MS, NOW_MS, type Rules, type State } from './rules.ts';

export interface StepsParts {
  readonly things: Things;
  readonly rules: Rules;
  readonly claimers: Claimers;
  /** Which a claimer may choose for its first attempt. */
  readonly numbers: readonly number[];
  /** Whether votes are given for themselves, or with the claim. */
  readonly votes: 'apart' | 'with claims';
  /** Whether a node's answer to a write may be lost after the node has done it. */
  readonly losesAnswers: boolean;
  /** The operator may be interrupted, and begin again, so often. */
  readonly runs: number;
}

/** What becomes of a column where a request is delivered to its node. */
interface Done {
  readonly after: Interned<Column>;
  /** With what the claimer has heard of it. */
  readonly heard: Interned<Column>;
  readonly kind: Answer['kind'] | undefined;
}

interface Ended {
  readonly value: string;
  readonly after: Interned<Column>;
}

/** Ids of requests are below this. */
const REQUESTS_MAX = 4_096;

export class Steps {
  readonly #parts: StepsParts;
  readonly #things: Things;
  readonly #rules: Rules;
  /** What a node does with a request depends on nothing else, so it is done once. */
  readonly #done = new Map<number, Done>();
  /** What becomes of a column when the time on its node is over. */
  readonly #ends = new Map<number, Ended | 'never'>();

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
    const { epoch, ask } = request.it;
    const column = world.columns[at]!;
    const { node, said } = column.it;
    if (ask.kind !== 'withdraw' && (!node.it.isMember || node.it.epoch !== epoch)) return;
    if (this.#rules.claimEnds && ask.kind === 'accept' && ask.effect.kind === 'claim' && world.claimers[nth]!.it.hasEnded) return;
    const mayRepair = ask.kind !== 'repair' || this.#parts.claimers.mayRepair(world, nth);
    const done = this.#doneBy(column, request, nth, mayRepair);
    const isChanged = done.after !== column;
    const says = (end: string) => () => `${LETTERS[nth]}'s ${shown(ask)} reaches ${at + 1}${end}`;
    const { phase, awaits, vote } = world.claimers[nth]!.it;
    const placed = (after: Interned<Column>): World => ({ ...world, columns: world.columns.with(at, after) });
    if (ask.kind === 'vote') {
      if (!isChanged) return;
      const counts = this.#rules.waitsForVotes && (phase === 'asking' || phase === 'voting') && ask.value === vote;
      const voting = placed(counts ? done.heard : done.after);
      for (const next of phase === 'voting' ? this.#parts.claimers.decide(voting, nth) : [voting]) emit(says(': voted'), next);
      return;
    }
    if (awaits === request.id && said[nth] === undefined) {
      for (const next of this.#parts.claimers.decide(placed(done.heard), nth)) emit(says(`: ${done.kind}`), next);
      // A promise whose answer is lost only makes the node refuse what is smaller, as if that had been lost.
      if (isChanged && this.#parts.losesAnswers && ask.kind !== 'prepare') emit(says(', and the answer is lost'), placed(done.after));
    } else if (isChanged) emit(says(''), placed(done.after));
  }

  #doneBy(column: Interned<Column>, request: Interned<Request>, nth: number, mayRepair: boolean): Done {
    const key = ((column.id * REQUESTS_MAX + request.id) * LETTERS.length + nth) * 2 + Number(mayRepair);
    let done = this.#done.get(key);
    if (done === undefined) {
      const { columns, nodes, answers } = this.#things;
      const { node, loan, said, voted } = column.it;
      const { kept, answer } = this.#apply(node.it.kept, request.it.ask, mayRepair);
      const next = nodes.of({ ...node.it, kept });
      // A time that was set anew is nobody's loan any more.
      const after = next === node ? column : columns.of({ ...column.it, node: next, loan: request.it.ask.kind === 'vote' || request.it.ask.kind === 'prepare' ? loan : '' });
      const heard = columns.of({ ...after.it, ...(answer ? { said: said.with(nth, answers.of(heardOf(request.it.ask, answer))) } : { voted: voted | (1 << nth) }) });
      done = { after, heard, kind: answer?.kind };
      this.#done.set(key, done);
    }
    return done;
  }

  #apply(kept: Kept<State>, ask: Ask, mayRepair: boolean): { readonly kept: Kept<State>; readonly answer?: Answer } {
    const { rules } = this.#parts;
    switch (ask.kind) {
      case 'vote':
        return { kept: rules.takeVote(kept, ask.value, LASTS_MS, NOW_MS).kept };
      case 'withdraw':
        return { kept: rules.withdrawVote(kept, ask.value) };
      case 'prepare':
        return rules.prepare(kept, ask, NOW_MS);
      case 'accept': {
        if (this.#parts.votes === 'apart' || ask.effect.kind !== 'claim') return rules.accept(kept, ask, NOW_MS);
        const done = rules.accept(rules.takeVote(kept, ask.proposal.value, LASTS_MS, NOW_MS).kept, ask, NOW_MS);
        return done.answer.kind === 'taken' ? done : { ...done, kept };
      }
      case 'renew':
        return rules.renew(kept, { ...ask, ttlMs: LASTS_MS }, NOW_MS);
      case 'repair':
        return rules.repair(kept, { ...ask, ttlMs: LASTS_MS, notAfterMs: mayRepair ? NOW_MS : NOW_MS - 1 }, NOW_MS);
      case 'forget':
        return rules.forget(kept, ask.ballot, NOW_MS);
    }
  }

  /** The time on one node is over: of the vote there, and of the lease that goes with it. */
  #expire(world: World, at: number, emit: Emit): void {
    const column = world.columns[at]!;
    let ended = this.#ends.get(column.id);
    if (ended === undefined) {
      ended = this.#ended(column.it) ?? 'never';
      this.#ends.set(column.id, ended);
    }
    if (ended === 'never') return;
    // What was borrowed is over no earlier than the lenders' own.
    if (column.it.loan === 'borrowed' && world.columns.some(({ it }) => it.loan === 'lent')) return;
    const { value, after } = ended;
    emit(() => `the time of ${value} is over on ${at + 1}`, { ...world, columns: world.columns.with(at, after) });
  }

  /** Whoever counts on the node for that lease counts from when it sent, so it is over for it too. */
  #ended(column: Column): Ended | undefined {
    const { register, vote } = column.node.it.kept;
    const isTimed = register.untilMs > NOW_MS;
    if (vote === undefined && !isTimed) return undefined;
    const value = vote?.value ?? register.value;
    const kept = { ...column.node.it.kept, vote: undefined, register: value === register.value && isTimed ? { ...register, untilMs: 0 } : register };
    const owner = LETTERS.indexOf(value[0]!);
    const said = column.said.map((one, claimer) => (claimer === owner && one?.it.lease.isLive && one.it.value === value ? this.#withoutLease(one) : one));
    const after = this.#things.columns.of({ ...column, node: this.#things.nodes.of({ ...column.node.it, kept }), loan: '', counted: column.counted & ~(1 << owner), said });
    return { value, after };
  }

  #withoutLease(one: Interned<Answer>): Interned<Answer> {
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

