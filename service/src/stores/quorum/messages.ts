/** What instances tell each other through the nodes. Each message goes over all of them, and is taken once; one that is lost costs a second at most. */
import type { SessionEvent } from '../../session/commands.ts';
import type { WaiterSeen } from './neighbours.ts';

export type Message =
  /** What has become true of a session. */
  | { readonly kind: 'events'; readonly name: string; readonly events: readonly SessionEvent[] }
  /** Who waits for a session at the instance that says it. */
  | { readonly kind: 'waiters'; readonly name: string; readonly waiters: readonly WaiterSeen[] };

/** Messages that are remembered: more than may be under way over one node and have come over another. */
const REMEMBERED = 10_000;

export class Messages {
  /** What each message of this instance begins with. */
  readonly #own: string;
  readonly #publish: (text: string) => void;
  readonly #onMessage: (from: string, message: Message) => void;
  /** Heads of those that have come, in that order. */
  readonly #taken = new Set<string>();
  #number = 0;

  /** @param publish over every node that is there */
  constructor(parts: { instanceId: string; publish: (text: string) => void; onMessage: (from: string, message: Message) => void }) {
    this.#own = `${parts.instanceId} `;
    this.#publish = parts.publish;
    this.#onMessage = parts.onMessage;
  }

  /** Sent as a head, which nobody else's message has, a line feed, and JSON. */
  send(message: Message): void {
    this.#publish(`${this.#own}${++this.#number}\n${JSON.stringify(message)}`);
  }

  /** Takes what came over any node. Own messages, and those that came over another already, are passed over unread: they are most of all. */
  take(text: string): void {
    if (text.startsWith(this.#own)) return;
    const endOfHead = text.indexOf('\n');
    const head = text.slice(0, endOfHead);
    if (this.#taken.has(head)) return;
    this.#taken.add(head);
    // What is late by so many would be taken twice, which costs nothing.
    if (this.#taken.size > REMEMBERED) this.#taken.delete(this.#taken.keys().next().value!);
    this.#onMessage(head.slice(0, head.indexOf(' ')), JSON.parse(text.slice(endOfHead)) as Message);
  }
}
