/** Cuts a connection on which the server has fallen silent, so that it is made anew. A stopped or vanished server closes nothing by itself. */
import type { Redis } from 'ioredis';
import type { Clock, Timer } from '../../clock.ts';

const LOOK_EVERY_MS = 500;
/** Looks in a row that find an answer outstanding and not a byte arrived. Time is counted in looks, because a pause of this process lets none pass and is no silence of the server's. */
const SILENT_LOOKS_MAX = 3;

/** Longest silence before the connection is cut. */
export const SILENCE_MS_MAX = LOOK_EVERY_MS * (SILENT_LOOKS_MAX + 1);

export class SilenceError extends Error {
  override readonly name = 'SilenceError';
}

/** What it needs of a connection. */
export type Watched = Pick<Redis, 'status' | 'stream' | 'ping'> & { readonly commandQueue: { readonly length: number } };

export class SilenceGuard {
  readonly #redis: Watched;
  readonly #timer: Timer;
  #stream: Watched['stream'] | undefined;
  #bytesRead = 0;
  #silentLooks = 0;

  constructor(redis: Watched, clock: Clock) {
    this.#redis = redis;
    this.#timer = clock.every(LOOK_EVERY_MS, () => this.#look());
  }

  stop(): void {
    this.#timer.cancel();
  }

  #look(): void {
    const { status, stream } = this.#redis;
    // While it connects, ioredis watches; while it shakes hands or asks whether the server has loaded, nobody else does.
    if (status !== 'ready' && status !== 'connect') return;
    const heard = stream !== this.#stream || stream.bytesRead !== this.#bytesRead;
    this.#stream = stream;
    this.#bytesRead = stream.bytesRead;
    const awaited = this.#redis.commandQueue.length > 0;
    this.#silentLooks = awaited && !heard ? this.#silentLooks + 1 : 0;
    if (this.#silentLooks >= SILENT_LOOKS_MAX) {
      this.#silentLooks = 0;
      stream.destroy(new SilenceError(`the server did not answer for ${SILENT_LOOKS_MAX * LOOK_EVERY_MS} ms`));
    } else if (!awaited && status === 'ready') {
      this.#redis.ping().catch(() => {
        // Whatever lost the answer is seen by everybody who uses the connection.
      });
    }
  }
}
