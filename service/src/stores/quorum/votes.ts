/** The majority lease, acquired by redlock: this file alone uses it, and nothing else of it. */
import Redlock from 'redlock';
import type { Clock } from '../../clock.ts';

/** How long a vote lasts that is not claimed: a proposer that dies in between delays the session by this. The claim gives it the lease's own time. */
const VOTE_MS = 3_000;
/** What a claim needs: one round to all nodes. With less left, the vote is no good. */
const CLAIM_MS = 600;

/** What redlock needs of a node: each call is answered within a deadline. */
export type VotingClient = Redlock.Client;

export interface Vote {
  /** Redlock's random value, new with each attempt. */
  readonly value: string;
  /** Whether a claim can still be made of it. */
  isGood(): boolean;
  /** Takes it back on all nodes, by its value. */
  withdraw(): void;
}

export interface VotesParts {
  readonly clock: Clock;
  /** The key of a session's vote on each node. */
  readonly keyOf: (name: string) => string;
  readonly clients: readonly VotingClient[];
  /** Put around redlock's own scripts, so that a node which is no member does not vote. */
  readonly lockScript: (text: string) => string;
  readonly unlockScript: (text: string) => string;
}

export class Votes {
  readonly #parts: VotesParts;
  #redlock: Redlock;

  constructor(parts: VotesParts) {
    this.#parts = parts;
    this.#redlock = this.#begin();
  }

  /** What is put around the scripts has changed. */
  renew(): void {
    this.#redlock = this.#begin();
  }

  #begin(): Redlock {
    const { clients, lockScript, unlockScript } = this.#parts;
    const redlock = new Redlock([...clients], { retryCount: 0, lockScript, unlockScript });
    // A node that does not answer is no vote; whether it answers is told by its link.
    redlock.on('clientError', () => {});
    return redlock;
  }

  /** What redlock runs on each node. Loaded there beforehand, none of its requests is sent twice, so that they arrive in their order. */
  get scripts(): readonly string[] {
    const { lockScript, unlockScript } = this.#redlock.scripts;
    return [lockScript.value, unlockScript.value];
  }

  /** One attempt. Undefined where a majority did not vote for it: then nothing of it is left behind. */
  async take(name: string): Promise<Vote | undefined> {
    let lock: Redlock.Lock;
    const { clock, keyOf } = this.#parts;
    const startedMs = clock.now().monoMs;
    try {
      lock = await this.#redlock.lock(keyOf(name), VOTE_MS);
    } catch (error) {
      if (error instanceof Redlock.LockError) return undefined;
      throw error;
    }
    return {
      value: lock.value,
      // Not by redlock's own reckoning, which is the wall clock's.
      isGood: () => clock.now().monoMs - startedMs <= VOTE_MS - CLAIM_MS,
      // It ends by itself where this does not arrive.
      withdraw: () => void lock.unlock().catch(() => {}),
    };
  }
}
