/** Who waits at this instance, by session, counted by namespace. Nobody who only asks has to look at all sessions for it. */
import type { SessionName } from '../../session/store.ts';
import type { Namespace, Waiter } from '../../session/types.ts';
import { nameText } from '../redis/partitions.ts';

export interface WaitersOfSession {
  readonly name: SessionName;
  readonly waiters: readonly Waiter[];
}

export class WaitersHere {
  readonly #bySession = new Map<string, WaitersOfSession>();
  readonly #counts = new Map<Namespace, number>();

  /** Those of a session are these from now on. */
  set(name: SessionName, waiters: readonly Waiter[]): void {
    const text = nameText(name);
    const more = waiters.length - (this.#bySession.get(text)?.waiters.length ?? 0);
    if (waiters.length > 0) this.#bySession.set(text, { name, waiters });
    else this.#bySession.delete(text);
    const count = this.count(name.namespace) + more;
    if (count > 0) this.#counts.set(name.namespace, count);
    else this.#counts.delete(name.namespace);
  }

  count(namespace: Namespace): number {
    return this.#counts.get(namespace) ?? 0;
  }

  get namespaces(): Iterable<Namespace> {
    return this.#counts.keys();
  }

  /** Sessions at which somebody waits. */
  get all(): Iterable<WaitersOfSession> {
    return this.#bySession.values();
  }
}
