/** What instances tell each other through the nodes. Each message goes over all of them, and is taken once; one that is lost costs a second at most. */
import type { SessionEvent } from '../../session/commands.ts';
import type { WaiterSeen } from './neighbours.ts';

export type Message =
  /** What has become true of a session. */
  | { readonly kind: 'events'; readonly name: string; readonly events: readonly SessionEvent[] }
  /** Who waits for a session at the instance that says it. */
  | { readonly kind: 'waiters'; readonly name: string; readonly waiters: readonly WaiterSeen[] };

interface Sent {
  readonly from: string;
  readonly number: number;
  readonly message: Message;
}

/** Messages of one instance that are remembered: as many as may be under way over one node and have come over another. */
const REMEMBERED = 1_000;

export class Messages {
  readonly #instanceId: string;
  readonly #publish: (text: string) => void;
  readonly #onMessage: (from: string, message: Message) => void;
  readonly #taken = new Map<string, number[]>();
  #number = 0;

  /** @param publish over every node that is there */
  constructor(parts: { instanceId: string; publish: (text: string) => void; onMessage: (from: string, message: Message) => void }) {
    this.#instanceId = parts.instanceId;
    this.#publish = parts.publish;
    this.#onMessage = parts.onMessage;
  }

  send(message: Message): void {
    const sent: Sent = { from: this.#instanceId, number: ++this.#number, message };
    this.#publish(JSON.stringify(sent));
  }

  /** Takes what came over any node; own messages, and those that came over another already, are passed over. */
  take(text: string): void {
    const { from, number, message } = JSON.parse(text) as Sent;
    if (from === this.#instanceId || this.#hasTaken(from, number)) return;
    this.#onMessage(from, message);
  }

  #hasTaken(from: string, number: number): boolean {
    const numbers = this.#taken.get(from);
    if (!numbers) {
      // Instances come and go; the oldest is forgotten, and what is late of it would be taken twice, which costs nothing.
      if (this.#taken.size >= REMEMBERED) this.#taken.delete(this.#taken.keys().next().value!);
      this.#taken.set(from, [number]);
      return false;
    }
    if (numbers.includes(number)) return true;
    numbers.push(number);
    if (numbers.length > REMEMBERED) numbers.splice(0, REMEMBERED / 2);
    return false;
  }
}
