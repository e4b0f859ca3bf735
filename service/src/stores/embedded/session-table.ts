/** All sessions that are remembered, in memory: found by name, and the idle ones in the order in which they ended. */
import { isIdle } from '../../session/forget.ts';
import type { SessionName } from '../../session/store.ts';
import { EMPTY_SESSION, type Namespace, type Session, type SessionKey } from '../../session/types.ts';
import type { Timer } from '../../clock.ts';

export interface Entry extends SessionName {
  /** The session's row. */
  readonly id: number;
  session: Session;
  /** The number of the commit that carries the newest change. */
  writtenIn: number;
  /** The sequence that the next ended id will get. */
  endedNext: number;
  /** Whether the database keeps ended ids of this session. */
  endedWritten: boolean;
  /** Fires when the session has to be looked at, while somebody waits for it. */
  alarm: (Timer & { readonly atMs: number }) | undefined;
}

export class SessionTable {
  readonly #namespaces = new Map<Namespace, Map<SessionKey, Entry>>();
  /** Insertion order is the order of their last end. */
  readonly #idle = new Set<Entry>();
  #idLast = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get idleSize(): number {
    return this.#idle.size;
  }

  get oldestIdle(): Entry | undefined {
    return this.#idle.values().next().value;
  }

  find(name: SessionName): Entry | undefined {
    return this.#namespaces.get(name.namespace)?.get(name.key);
  }

  /** Adds a session that was not there. `id` is given when it comes from the database. */
  add({ namespace, key }: SessionName, id = this.#idLast + 1): Entry {
    const entry: Entry = { id, namespace, key, session: EMPTY_SESSION, writtenIn: 0, endedNext: 0, endedWritten: false, alarm: undefined };
    let keys = this.#namespaces.get(namespace);
    if (!keys) this.#namespaces.set(namespace, (keys = new Map()));
    keys.set(key, entry);
    this.#idLast = Math.max(this.#idLast, id);
    this.#size += 1;
    return entry;
  }

  /** Puts a session's new state, and keeps the order of the idle ones. */
  put(entry: Entry, session: Session): void {
    const wasIdle = isIdle(entry.session);
    const endedAgain = entry.session.previous !== session.previous;
    entry.session = session;
    if (wasIdle && (endedAgain || !isIdle(session))) this.#idle.delete(entry);
    // One that is there keeps its place.
    if (isIdle(session)) this.#idle.add(entry);
  }

  remove(entry: Entry): void {
    entry.alarm?.cancel();
    this.#idle.delete(entry);
    const keys = this.#namespaces.get(entry.namespace);
    if (!keys?.delete(entry.key)) return;
    this.#size -= 1;
    if (keys.size === 0) this.#namespaces.delete(entry.namespace);
  }

  /** Every session, in no order that matters; sessions may come and go meanwhile. */
  *entries(): Generator<Entry, void> {
    for (const keys of this.#namespaces.values()) yield* keys.values();
  }
}
