/** The heartbeat: one request per client and interval carries the renewals of all leases that are due. */
import { AsyncResource } from 'node:async_hooks';
import { asHeartbeatVerdicts, noVerdictIn, type HeartbeatVerdict } from './answers.ts';
import type { RandomFraction } from './chance.ts';
import type { Clock, Timer } from './clock.ts';
import { reportRenewal } from './diagnostics.ts';
import type { Answer, Exchange } from './exchange.ts';
import { attemptMs, BATCH_MAX, dueAfterAnswer, dueAfterFailure, dueWhenAsked, inChunks, nextLookMs, pickBatch, type Beat } from './heartbeat-plan.ts';
import type { Holding } from './holding.ts';
import type { Logger } from './logger.ts';
import { refusalIn } from './problem.ts';

export interface HeartbeatsParts {
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly random: RandomFraction;
  readonly logger: Logger;
}

interface LeaseBeat extends Beat {
  readonly holding: Holding;
  /** Something asked for a renewal while one was under way. */
  askedAgain: boolean;
  /** To be sent, until it is answered, even if its owner renews by itself, or has stalled. */
  forced: boolean;
}

export class Heartbeats {
  readonly #parts: HeartbeatsParts;
  readonly #beats = new Map<Holding, LeaseBeat>();
  readonly #stopping = new AbortController();
  // Whoever takes a lease must not lend its asynchronous context, and what is stored there, to every later heartbeat.
  readonly #lookOutside = AsyncResource.bind(() => this.#look());
  #timer: Timer | undefined;
  #lookPending = false;

  constructor(parts: HeartbeatsParts) {
    this.#parts = parts;
  }

  /** Keeps a lease alive from now on. A lease without `autoRenew` is only confirmed, if it has to be. */
  add(holding: Holding, plan: { readonly renewAtMs: number; readonly unconfirmed: boolean }): void {
    const nowMs = this.#parts.clock.now().monoMs;
    const dueAtMs = plan.unconfirmed ? nowMs : holding.facts.autoRenew ? dueAfterAnswer(nowMs, Math.max(0, plan.renewAtMs - nowMs), this.#parts.random()) : Infinity;
    this.#beats.set(holding, {
      holding,
      dueAtMs,
      intervalMs: Math.max(0, plan.renewAtMs - nowMs),
      lastSentMs: -Infinity,
      failures: 0,
      inFlight: false,
      askedAgain: false,
      forced: plan.unconfirmed,
    });
    this.#lookSoon();
  }

  remove(holding: Holding): void {
    if (this.#beats.delete(holding)) this.#lookSoon();
  }

  /**
   * Renews as soon as may be, because something has happened.
   * @param forced even a lease whose owner renews by itself, or has stalled: it has to be known whether it still stands
   */
  ask(holding: Holding, forced = false): void {
    const beat = this.#beats.get(holding);
    if (!beat || (!forced && !mayRenew(beat))) return;
    beat.forced ||= forced;
    if (beat.inFlight) {
      beat.askedAgain = true;
      return;
    }
    beat.dueAtMs = Math.min(beat.dueAtMs, dueWhenAsked(this.#parts.clock.now().monoMs, beat.lastSentMs));
    this.#lookSoon();
  }

  /** A renewal was answered that was not sent from here: the next one counts from it. */
  answered(holding: Holding, sentMs: number, renewAfterMs: number): void {
    const beat = this.#beats.get(holding);
    if (!beat || beat.inFlight || !holding.facts.autoRenew) return;
    Object.assign(beat, { failures: 0, intervalMs: renewAfterMs, dueAtMs: dueAfterAnswer(sentMs, renewAfterMs, this.#parts.random()) });
    this.#lookSoon();
  }

  /** A lease whose renewals had stopped goes on. */
  resume(holding: Holding): void {
    if (this.#beats.get(holding)?.dueAtMs === Infinity) this.ask(holding);
  }

  /** Forgets all leases and what is under way for them. */
  stop(): void {
    this.#beats.clear();
    this.#timer?.cancel();
    this.#stopping.abort();
  }

  /** Looks once at the end of this turn, so that what happens together is sent together. */
  #lookSoon(): void {
    if (this.#lookPending) return;
    this.#lookPending = true;
    queueMicrotask(this.#lookOutside);
  }

  #look(): void {
    this.#lookPending = false;
    this.#timer?.cancel();
    if (this.#stopping.signal.aborted) return;
    const { clock } = this.#parts;
    const nowMs = clock.now().monoMs;
    const beats = [...this.#beats.values()];
    const renewable = beats.filter((beat) => beat.forced || mayRenew(beat));
    for (const chunk of inChunks(pickBatch(renewable, nowMs), BATCH_MAX)) void this.#send(chunk, nowMs);
    // What is due and may not be renewed waits until its owner tells of progress.
    for (const beat of beats) if (beat.dueAtMs <= nowMs) beat.dueAtMs = Infinity;
    const lookAtMs = nextLookMs(beats);
    if (lookAtMs < Infinity) this.#timer = clock.after(Math.max(0, lookAtMs - nowMs), this.#lookOutside);
  }

  async #send(chunk: readonly LeaseBeat[], nowMs: number): Promise<void> {
    for (const beat of chunk) Object.assign(beat, { inFlight: true, lastSentMs: nowMs, dueAtMs: Infinity, askedAgain: false });
    const leases = chunk.map(({ holding: { facts } }) => ({ session: facts.session, leaseId: facts.leaseId }));
    const leftMs = Math.min(...chunk.map(({ holding }) => holding.deadlineMonoMs - nowMs));
    try {
      const answer = await this.#parts.exchange.send({
        method: 'POST',
        path: '/v1/heartbeats',
        body: { leases },
        purpose: 'heartbeats',
        timeoutMs: attemptMs(leftMs),
        signal: this.#stopping.signal,
        faultIn: noVerdictIn,
      });
      if (answer.status !== 200) throw refusalIn(answer, '');
      const verdicts = asHeartbeatVerdicts(answer.body, chunk.length);
      // One fraction for all, here and below: what went together has to stay together.
      const fraction = this.#parts.random();
      chunk.forEach((beat, index) => this.#take(beat, verdicts[index]!, answer, fraction));
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      this.#parts.logger.warn({ err: error, leases: chunk.length }, 'a heartbeat failed; it is repeated until the local deadlines');
      const fraction = this.#parts.random();
      for (const beat of chunk) this.#failed(beat, fraction, error);
    }
    this.#lookSoon();
  }

  #take(beat: LeaseBeat, verdict: HeartbeatVerdict, { sent }: Answer, fraction: number): void {
    const { holding } = beat;
    switch (verdict.status) {
      case 'held':
        holding.renewed({ sent, renewal: verdict });
        beat.failures = 0;
        beat.forced = beat.forced && beat.askedAgain;
        beat.intervalMs = verdict.renewAfterMs;
        this.#done(beat, holding.facts.autoRenew ? dueAfterAnswer(sent.monoMs, beat.intervalMs, fraction) : Infinity);
        break;
      case 'lost':
        holding.lose({ endedBecause: verdict.endedBecause, currentToken: verdict.currentToken, successor: verdict.successor });
        break;
      case 'not-found':
        // The service remembers an ended id for a quarter of an hour, a live one always: this one is over.
        holding.lose({});
        break;
      case 'unknown':
        return this.#failed(beat, fraction);
    }
    reportRenewal(holding, verdict.status);
  }

  #failed(beat: LeaseBeat, fraction: number, error?: unknown): void {
    const nowMs = this.#parts.clock.now().monoMs;
    beat.failures += 1;
    // A verdict that is missing for one lease is no failure of the endpoint: the same one is asked again.
    const endpoints = error === undefined ? 1 : this.#parts.exchange.endpointCount;
    this.#done(beat, dueAfterFailure(nowMs, beat.failures, beat.holding.deadlineMonoMs - nowMs, fraction, endpoints));
    reportRenewal(beat.holding, 'unknown', error);
  }

  #done(beat: LeaseBeat, dueAtMs: number): void {
    beat.inFlight = false;
    beat.dueAtMs = beat.askedAgain ? dueWhenAsked(this.#parts.clock.now().monoMs, beat.lastSentMs) : dueAtMs;
  }
}

const mayRenew = ({ holding }: LeaseBeat): boolean => holding.facts.autoRenew && !holding.isStalled;
