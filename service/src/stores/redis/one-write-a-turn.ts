/** A connection whose commands of one turn of the event loop leave in one write: Redis then takes them, and syncs them to its disk, together. */
import { Redis, type Command } from 'ioredis';

type Stream = Parameters<Redis['sendCommand']>[1];

export class OneWriteATurn extends Redis {
  #held: Redis['stream'] | undefined;

  /** ioredis writes each command, and each pipeline, through here, with a system call each. */
  override sendCommand(command: Command, stream?: Stream): unknown {
    if (this.status === 'ready' && this.#held !== this.stream) this.#hold(this.stream);
    return super.sendCommand(command, stream);
  }

  #hold(stream: Redis['stream']): void {
    this.#held = stream;
    stream.cork();
    // Requests that have arrived meanwhile are read before this, so their commands go along.
    setImmediate(() => {
      if (this.#held === stream) this.#held = undefined;
      stream.uncork();
    });
  }
}
