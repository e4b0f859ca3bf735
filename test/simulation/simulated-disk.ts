/** What the embedded store would have on disk, written and read by its own functions. */
import type { Now } from '../../service/src/clock.ts';
import type { Session } from '../../service/src/session/types.ts';
import { endedSince, mustWrite, readSession, writeEnded, writeSession, type EndedRow } from '../../service/src/stores/embedded/rows.ts';

export class SimulatedDisk {
  readonly #rows = new Map<string, { state: string; readonly ended: EndedRow[] }>();

  commit(name: string, before: Session, after: Session, now: Now): void {
    if (!mustWrite(before, after)) return;
    const row = this.#rows.get(name) ?? { state: '', ended: [] };
    row.state = writeSession(after, now);
    for (const ended of endedSince(before, after)) row.ended.push(writeEnded(0, row.ended.length, ended, now));
    this.#rows.set(name, row);
  }

  forget(name: string): void {
    this.#rows.delete(name);
  }

  read(now: Now): [string, Session][] {
    return [...this.#rows].map(([name, { state, ended }]) => [name, readSession(state, ended, now)]);
  }
}
