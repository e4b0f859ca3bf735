/**
 * Watches whether a node answers what it is asked. Its silence is counted in looks at its connection, because a pause of this process lets none
 * pass; and it is the node's silence and not the age of a question: what waits behind a thousand others is answered late by a node that does well.
 */
import type { Clock, Timer } from '../../clock.ts';
import { NodeSilentError } from './node-port.ts';

const LOOK_EVERY_MS = 100;
/** Looks in a row that find a question open, and not a byte arrived. */
const SILENT_LOOKS_MAX = 5;
/** Looks that a single question is waited for. */
const OPEN_LOOKS_MAX = 15;

/** A healthy node answers in a few milliseconds, its disk's sync included. */
export const SILENCE_MS_MAX = LOOK_EVERY_MS * SILENT_LOOKS_MAX;
export const ANSWER_MS_MAX = LOOK_EVERY_MS * OPEN_LOOKS_MAX;

interface Question {
  readonly askedAtLook: number;
  readonly fail: (error: NodeSilentError) => void;
}

export interface AnswerWatchParts {
  readonly clock: Clock;
  readonly shown: string;
  /** The connection's socket, as it is just now. */
  readonly socket: () => { readonly bytesRead: number } | undefined;
  /** The node is silent; whatever was open has failed. */
  readonly onSilent: (why: string) => void;
}

export class AnswerWatch {
  readonly #parts: AnswerWatchParts;
  /** The oldest first. */
  readonly #open = new Set<Question>();
  #timer: Timer | undefined;
  #looks = 0;
  #silentLooks = 0;
  #socket: object | undefined;
  #bytesRead = 0;

  constructor(parts: AnswerWatchParts) {
    this.#parts = parts;
  }

  /** @returns what the question gives. @throws NodeSilentError where no answer came in time; else whatever the question throws */
  async over<T>(answer: Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>();
    const question = { askedAtLook: this.#looks, fail: late.reject };
    this.#open.add(question);
    this.#timer ??= this.#begin();
    try {
      return await Promise.race([answer, late.promise]);
    } finally {
      this.#open.delete(question);
      if (this.#open.size === 0) this.stop();
    }
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #begin(): Timer {
    this.#hears();
    this.#silentLooks = 0;
    return this.#parts.clock.every(LOOK_EVERY_MS, () => this.#look());
  }

  /** Whether a byte has arrived since the last time. */
  #hears(): boolean {
    const socket = this.#parts.socket();
    const bytesRead = socket?.bytesRead ?? 0;
    const heard = socket !== this.#socket || bytesRead !== this.#bytesRead;
    this.#socket = socket;
    this.#bytesRead = bytesRead;
    return heard;
  }

  #look(): void {
    this.#looks += 1;
    this.#silentLooks = this.#hears() ? 0 : this.#silentLooks + 1;
    const { shown, onSilent } = this.#parts;
    if (this.#silentLooks >= SILENT_LOOKS_MAX) {
      this.#silentLooks = 0;
      const why = `it did not answer within ${SILENCE_MS_MAX} ms`;
      for (const { fail } of this.#open) fail(new NodeSilentError(`${shown}: ${why}`, true));
      onSilent(why);
      return;
    }
    for (const { askedAtLook, fail } of this.#open) {
      if (this.#looks - askedAtLook < OPEN_LOOKS_MAX) break;
      fail(new NodeSilentError(`${shown} has not come to it within ${ANSWER_MS_MAX} ms`, true));
    }
  }
}
