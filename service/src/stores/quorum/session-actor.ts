/**
 * One session on this instance: its waiters, what is known of its register, and the commands for it, one after another. A command is decided by
 * the pure functions on the state that a majority has, and is true once a majority has accepted what they gave.
 */
import type { Timer } from '../../clock.ts';
import type { Command, OutcomeOf, SessionEvent, Wake } from '../../session/commands.ts';
import { StoreUnavailableError } from '../../session/errors.ts';
import { nextDueAt } from '../../session/settle.ts';
import type { SessionName } from '../../session/store.ts';
import type { Session, Waiter } from '../../session/types.ts';
import { canAnswer, firstBasis, type Basis, type BasisKind } from './basis.ts';
import { decideOn, type Decision } from './deciding.ts';
import type { Pacing } from './pacing.ts';
import { payloadChanges } from './payloads.ts';
import { askedAgain, isServed, isWaking } from './served-elsewhere.ts';
import { noMajority, RefusedWrites } from './refused-writes.ts';
import { Proposing, type ProposingParts } from './proposing.ts';
import { withTimeLeft } from './time-left.ts';

/** A command is tried again until then; the service answers whoever asked a moment later. */
const TRY_MS = 1_700;
/** Waiters are looked after so often even if no message and no timer says so. */
const LOOK_EVERY_MS = 1_000;

export interface ActorParts extends ProposingParts {
  readonly pacing: Pacing;
  /** What has become true. */
  readonly tell: (name: SessionName, wakes: readonly Wake[], events: readonly SessionEvent[]) => void;
  /** Those who wait for the session on this instance have changed. */
  readonly onWaiters: (name: SessionName, waiters: readonly Waiter[]) => void;
}

/** Somebody else is at it: to be tried again a moment later. */
const PAUSE = Symbol('pause');

export class SessionActor {
  readonly name: SessionName;
  readonly #parts: ActorParts;
  readonly #proposing: Proposing;
  #waiters: readonly Waiter[] = [];
  #queue: Promise<unknown> = Promise.resolve();
  #queued = 0;
  #timer: Timer | undefined;
  /** The session seemed to be free, and somebody else was at it; or it could not be looked at. */
  #mustPause = false;
  #stopped = false;

  constructor(name: SessionName, parts: ActorParts) {
    this.name = name;
    this.#parts = parts;
    this.#proposing = new Proposing(name, parts);
  }

  /** Nothing is under way, and nobody waits: it may be let go, and is read again when it is next wanted. */
  get isIdle(): boolean {
    return this.#queued === 0 && this.#waiters.length === 0;
  }

  perform<C extends Command>(command: C): Promise<OutcomeOf<C>> {
    this.#queued += 1;
    const done = this.#inTurn(this.#queue, command);
    this.#queue = done.catch(() => {});
    return done;
  }

  get waiters(): readonly Waiter[] {
    return this.#waiters;
  }

  /** The session as a majority has it, with what is due settled, and with the waiters of this instance. */
  async look(): Promise<Session> {
    for (;;) {
      await this.perform({ kind: 'inspect' });
      const { known } = this.#proposing;
      if (known) return { ...known.session, waiters: this.#waiters };
    }
  }

  /** Something has happened to the session elsewhere. Only those who wait here need to know at once. */
  lookAgain(): void {
    this.#proposing.mistrust();
    if (this.#waiters.length > 0 && this.#queued === 0) this.#tick();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /** Whatever became of the commands before it. */
  async #inTurn<C extends Command>(before: Promise<unknown>, command: C): Promise<OutcomeOf<C>> {
    await before;
    try {
      return await this.#carryOut(command);
    } catch (error) {
      // Looked at again at once, it would fail again at once: while no node answers, nothing else would ever be done in this process.
      this.#mustPause = true;
      throw error;
    } finally {
      this.#queued -= 1;
      this.#arm();
    }
  }

  async #carryOut<C extends Command>(command: C): Promise<OutcomeOf<C>> {
    const { clock, storeClock } = this.#parts;
    const endsAtMs = clock.now().monoMs + TRY_MS;
    const refused = new RefusedWrites(command);
    try {
      let kind = firstBasis(command, this.#proposing.known, this.#isStale(command) ? undefined : storeClock.now().monoMs);
      for (let tries = 0; ; tries += 1) {
        const outcome = await this.#try(command, kind, refused);
        if (outcome === PAUSE) {
          // Whoever only looks after the waiters looks again soon, and does not hold up those who come meanwhile.
          if (command.kind === 'tick') {
            this.#mustPause = true;
            return { kind: 'noted' } as OutcomeOf<C>;
          }
          await this.#parts.pacing.pause(tries);
          kind = refused.isEmpty ? 'read' : 'promise';
        } else if (typeof outcome === 'string') kind = outcome;
        else return outcome as OutcomeOf<C>;
        if (clock.now().monoMs >= endsAtMs) throw new StoreUnavailableError('Other proposers were in the way for too long.', 'not-applied');
      }
    } catch (error) {
      throw refused.toldOf(error);
    } finally {
      this.#proposing.withdraw();
    }
  }

  /** One try, on a basis of this kind. @returns the outcome, or the kind of basis that it needs */
  async #try<C extends Command>(command: C, kind: BasisKind, refused: RefusedWrites<C>): Promise<OutcomeOf<C> | BasisKind | typeof PAUSE> {
    const basis = await this.#proposing.basis(command, kind);
    if (basis === undefined) return 'promise';
    if (basis === 'refused') return PAUSE;
    this.#answerServed(basis.session);
    const happened = refused.happened(basis.past);
    if (happened) {
      // What was decided then knows nothing of the waiters that have been answered since.
      const decision = { ...happened, waiters: this.#waiters.filter((waiter) => happened.waiters.includes(waiter)) };
      return basis.isCommitted ? this.#done(decision) : this.#write(command, basis, keeping(decision, basis.session), refused);
    }
    const now = this.#parts.storeClock.now();
    const decision = decideOn(command, basis, this.#waiters, now);
    switch (decision.kind) {
      case 'answer':
        if (!canAnswer(command, basis)) return basis.kind === 'guess' ? 'read' : 'promise';
        this.#proposing.see(decision.session);
        // What some node may have is out of the way once something is written over it.
        if (!basis.isCommitted || !refused.isEmpty) return this.#write(command, basis, keeping(decision, decision.session), refused);
        return this.#done(decision);
      case 'renewal':
        return this.#renew(command, basis, decision, refused);
      case 'write':
        if (basis.own === undefined) return 'promise';
        if (decision.effect.kind === 'claim' && !(await this.#proposing.canClaim(basis))) return PAUSE;
        return this.#write(command, basis, decision, refused);
    }
  }

  /** Who waits here, and has been served or has ended through another instance meanwhile, asks again, and is answered what is so. */
  #answerServed(session: Session): void {
    const served = this.#waiters.filter((waiter) => isServed(session, waiter));
    if (served.length === 0) return;
    this.#setWaiters(this.#waiters.filter((waiter) => !served.includes(waiter)));
    for (const waiter of served) {
      const { connection } = waiter;
      if (connection === undefined) continue;
      const answer = this.perform(askedAgain(waiter, connection));
      // Whoever cannot be told is answered by the service when its time is over.
      answer.then((outcome) => isWaking(outcome) && this.#parts.tell(this.name, [{ connection, outcome }], []), () => {});
    }
  }

  async #renew<C extends Command>(command: C, basis: Basis, decision: Decision<C>, refused: RefusedWrites<C>): Promise<OutcomeOf<C> | BasisKind | typeof PAUSE> {
    if (basis.kind === 'promise') return this.#write(command, basis, decision, refused);
    const written = await this.#proposing.renew(basis, decision.session, decision.effect.kind === 'extend' ? decision.effect.forMs : 0);
    if (written.kind === 'unknown') throw noMajority();
    // Either somebody has written meanwhile, or it is over; a read tells which.
    if (written.kind === 'refused') return basis.kind === 'read' ? PAUSE : 'read';
    return this.#done({ ...decision, ...withTimeLeft(decision, written.leftMs) });
  }

  async #write<C extends Command>(command: C, basis: Basis, decision: Decision<C>, refused: RefusedWrites<C>): Promise<OutcomeOf<C> | typeof PAUSE> {
    const { effect, session } = decision;
    const written = await this.#proposing.write(basis, session, { effect, ...payloadChanges(basis.session, session, command) });
    if (written.kind === 'unknown') throw noMajority();
    if (written.kind === 'refused') {
      if (written.isPartial) refused.add(written.ballot, decision);
      // A claim that some node has all the same counts for nothing there without its vote: else nobody could tell whether it is live while another node is away.
      if (effect.kind === 'claim') this.#proposing.withdraw();
      return PAUSE;
    }
    const { leftMs } = written;
    if (effect.kind === 'claim' && leftMs <= 0) throw noMajority();
    return this.#done(effect.kind === 'keep' ? decision : { ...decision, ...withTimeLeft(decision, leftMs) });
  }

  #done<C extends Command>({ outcome, waiters, wakes, events }: Decision<C>): OutcomeOf<C> {
    this.#mustPause = false;
    this.#setWaiters(waiters);
    if (wakes.length + events.length > 0) this.#parts.tell(this.name, wakes, events);
    return outcome;
  }

  #setWaiters(waiters: readonly Waiter[]): void {
    const [before, hadNone] = [this.#waiters, this.#waiters.length === 0];
    this.#waiters = waiters;
    if (waiters === before || (hadNone && waiters.length === 0)) return;
    this.#parts.onWaiters(this.name, waiters);
  }

  /** Waiters are looked after by a timer for the next due moment; where the session seems free and could not be had, soon. */
  #arm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#waiters.length === 0 || this.#queued > 0 || this.#stopped) return;
    const { known } = this.#proposing;
    if (known && !known.session.lease && !this.#mustPause) {
      this.#tick();
      return;
    }
    this.#timer = this.#parts.clock.after(this.#delayMs(), () => this.#tick());
  }

  #delayMs(): number {
    const { known } = this.#proposing;
    if (this.#mustPause || known === undefined || !known.session.lease) return this.#parts.pacing.againMs();
    const dueAtMs = nextDueAt({ ...known.session, waiters: this.#waiters }) ?? Infinity;
    return Math.max(1, Math.min(dueAtMs - this.#parts.storeClock.now().monoMs, LOOK_EVERY_MS));
  }

  #tick(): void {
    if (this.#stopped) return;
    // Whether the nodes answer is told by their links; the timer is set again in any case.
    this.perform({ kind: 'tick' }).catch(() => {});
  }

  /** Whether what is known is too old for a tick to rely on. */
  #isStale({ kind }: Command): boolean {
    return kind === 'tick' && this.#proposing.readMsAgo >= LOOK_EVERY_MS;
  }
}

/** The same, with nothing written but a state that is there already. */
const keeping = <C extends Command>(decision: Decision<C>, session: Session): Decision<C> => ({ ...decision, kind: 'write', session, effect: { kind: 'keep' } });
