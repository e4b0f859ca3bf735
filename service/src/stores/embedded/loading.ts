/** Fills the memory with what the database held at the start. */
import type { Clock } from '../../clock.ts';
import type { Namespace, Session, SessionKey } from '../../session/types.ts';
import type { Facts, Rows } from './database.ts';
import { readSession, type EndedRow, type SessionRow } from './rows.ts';
import { SessionTable, type Entry } from './session-table.ts';
import type { Writer } from './writer.ts';

export interface Loaded extends Facts {
  readonly table: SessionTable;
}

/** Reads everything, a piece at a time, then proves that changes can be written. @throws what the writer rejects with */
export const load = async (writer: Writer, clock: Clock): Promise<Loaded> => {
  const facts = await writer.facts();
  const filling = new TableFilling(clock);
  for (let afterId: number | undefined = 0; afterId !== undefined; ) {
    const rows: Rows = await writer.rowsAfter(afterId);
    filling.take(rows);
    afterId = rows.sessions.at(-1)?.id;
  }
  await writer.proveWritable();
  return { ...facts, table: filling.finish() };
};

interface ReadSession {
  readonly entry: Entry;
  readonly session: Session;
}

export class TableFilling {
  readonly #table = new SessionTable();
  readonly #clock: Clock;
  readonly #idle: ReadSession[] = [];
  readonly #live: { readonly row: SessionRow; readonly ended: readonly EndedRow[] }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  take({ sessions, ended }: Rows): void {
    const endedOf = Map.groupBy(ended, ({ sessionId }) => sessionId);
    for (const row of sessions) {
      const endedRows: readonly EndedRow[] = endedOf.get(row.id) ?? [];
      if (row.live) this.#live.push({ row, ended: endedRows });
      else this.#idle.push(this.#read(row, endedRows));
    }
  }

  finish(): SessionTable {
    // The idle ones are forgotten in the order in which they ended.
    const lastEnd = ({ session }: ReadSession): number => session.previous?.endedAtMs ?? -Infinity;
    this.#idle.sort((a, b) => lastEnd(a) - lastEnd(b));
    for (const { entry, session } of this.#idle) this.#table.put(entry, session);
    // Leases live on from now: they come last, so that a long start takes nothing from them.
    for (const { row, ended } of this.#live) {
      const { entry, session } = this.#read(row, ended);
      this.#table.put(entry, session);
    }
    return this.#table;
  }

  #read({ id, namespace, key, state }: SessionRow, ended: readonly EndedRow[]): ReadSession {
    const entry = this.#table.add({ namespace: namespace as Namespace, key: key as SessionKey }, id);
    entry.endedNext = (ended.at(-1)?.sequence ?? -1) + 1;
    entry.endedWritten = ended.length > 0;
    return { entry, session: readSession(state, ended, this.#clock.now()) };
  }
}
