/** The last events of each namespace, and those who watch them. */
import type { SessionEvent } from './commands.ts';
import { EVENTS_KEPT_MAX } from './limits.ts';
import type { SessionName } from './store.ts';
import type { Namespace, SessionKey } from './types.ts';

export interface LoggedEvent {
  /** `<epoch>-<number>`; the number rises by one with each event of this instance. */
  readonly id: string;
  readonly session: SessionKey;
  readonly event: SessionEvent;
}

export type Watcher = (logged: LoggedEvent) => void;

export interface Replay {
  /** False when events were missed that are not kept, or the id is not of this instance: the watcher has to look for itself. */
  readonly complete: boolean;
  readonly events: readonly LoggedEvent[];
}

interface NamespaceLog {
  readonly kept: LoggedEvent[];
  readonly watchers: Set<Watcher>;
  /** The number of the newest event that was dropped; 0 before any was. */
  droppedLast: number;
}

export class EventLog {
  readonly #epoch: string;
  readonly #keptMax: number;
  readonly #logs = new Map<Namespace, NamespaceLog>();
  #last = 0;

  /** @param epoch unguessable and new for each start of an instance, without `-` */
  constructor(epoch: string, keptMax = EVENTS_KEPT_MAX) {
    this.#epoch = epoch;
    this.#keptMax = keptMax;
  }

  append(name: SessionName, event: SessionEvent): void {
    const log = this.#log(name.namespace);
    const logged = { id: `${this.#epoch}-${++this.#last}`, session: name.key, event };
    log.kept.push(logged);
    // Dropping a batch at a time keeps an append from moving the whole array.
    if (log.kept.length >= 2 * this.#keptMax) {
      const dropped = log.kept.splice(0, log.kept.length - this.#keptMax);
      log.droppedLast = this.#numberOf(dropped.at(-1)!);
    }
    for (const watcher of log.watchers) watcher(logged);
  }

  /** Calls `watcher` for each event of the namespace from now on, until the returned function is called. */
  watch(namespace: Namespace, watcher: Watcher): () => void {
    const { watchers } = this.#log(namespace);
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  }

  /** What came after `lastEventId`, oldest first. */
  since(namespace: Namespace, lastEventId: string): Replay {
    const { kept, droppedLast } = this.#log(namespace);
    const split = lastEventId.lastIndexOf('-');
    const number = /^[0-9]{1,15}$/.test(lastEventId.slice(split + 1)) ? Number(lastEventId.slice(split + 1)) : Number.NaN;
    if (lastEventId.slice(0, Math.max(split, 0)) !== this.#epoch || !(number <= this.#last)) return { complete: false, events: [] };
    const excess = Math.max(0, kept.length - this.#keptMax);
    // Ids are of the instance, not of the namespace: nothing was missed unless this namespace's own events were dropped since.
    const lost = excess > 0 ? this.#numberOf(kept[excess - 1]!) : droppedLast;
    return { complete: number >= lost, events: kept.slice(excess).filter((logged) => this.#numberOf(logged) > number) };
  }

  /** The events of a namespace, or of one of its sessions, that are kept; oldest first. */
  recent(namespace: Namespace, session?: SessionKey): readonly LoggedEvent[] {
    const kept = this.#logs.get(namespace)?.kept ?? [];
    return session === undefined ? kept : kept.filter((logged) => logged.session === session);
  }

  /** The id that a watcher starting now would resume from. */
  get lastId(): string {
    return `${this.#epoch}-${this.#last}`;
  }

  #numberOf({ id }: LoggedEvent): number {
    return Number(id.slice(this.#epoch.length + 1));
  }

  #log(namespace: Namespace): NamespaceLog {
    let log = this.#logs.get(namespace);
    if (!log) this.#logs.set(namespace, (log = { kept: [], watchers: new Set(), droppedLast: 0 }));
    return log;
  }
}
