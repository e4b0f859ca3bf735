/** Fills the memory with what the database held at the start. */
import type { Clock } from '../../clock.ts';
import type { Namespace, Session, SessionKey } from '../../session/types.ts';
import type { Facts, Rows } from './database.ts';
import { readSession, type RowsOfSession, type SessionRow } from './rows.ts';
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
  readonly #free: ReadSession[] = [];
  readonly #live: { readonly row: SessionRow; readonly own: RowsOfSession }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  take({ sessions, ended, replies }: Rows): void {
    const endedOf = Map.groupBy(ended, ({ sessionId }) => sessionId);
    const repliesOf = Map.groupBy(replies, ({ sessionId }) => sessionId);
    for (const row of sessions) {
      const own: RowsOfSession = { ended: endedOf.get(row.id) ?? [], replies: repliesOf.get(row.id) ?? [] };
      if (row.live) this.#live.push({ row, own });
      else this.#free.push(this.#read(row, own));
    }
  }

  finish(): SessionTable {
    // The idle ones are forgotten in the order in which they became so.
    this.#free.sort((a, b) => lastUse(a) - lastUse(b));
    for (const { entry, session } of this.#free) this.#table.put(entry, session);
    // Leases live on from now: they come last, so that a long start takes nothing from them.
    for (const { row, own } of this.#live) {
      const { entry, session } = this.#read(row, own);
      this.#table.put(entry, session);
    }
    return this.#table;
  }

  #read({ id, namespace, key, state }: SessionRow, own: RowsOfSession): ReadSession {
    const { ended } = own;
    const entry = this.#table.add({ namespace: namespace as Namespace, key: key as SessionKey }, id);
    entry.endedNext = (ended.at(-1)?.sequence ?? -1) + 1;
    entry.endedWritten = ended.length > 0;
    return { entry, session: readSession(state, own, this.#clock.now()) };
  }
}

/** When a lease of the session last ended, or a reply of it was last settled. */
const lastUse = ({ session: { previous, settledReplies } }: ReadSession): number =>
  Math.max(previous?.endedAtMs ?? -Infinity, settledReplies.at(-1)?.settledAtMs ?? -Infinity);
