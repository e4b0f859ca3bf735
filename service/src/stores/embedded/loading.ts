/** Fills the memory from what the database held at the start. */
import type { Now } from '../../clock.ts';
import type { Namespace, Session, SessionKey } from '../../session/types.ts';
import type { Loaded } from './database.ts';
import { readSession, type EndedRow } from './rows.ts';
import type { SessionTable } from './session-table.ts';

export const fillTable = (table: SessionTable, { sessions, ended }: Loaded, now: Now): void => {
  const endedOf = Map.groupBy(ended, ({ sessionId }) => sessionId);
  const read = sessions.map((row) => {
    const endedRows: readonly EndedRow[] = endedOf.get(row.id) ?? [];
    return { row, endedRows, session: readSession(row.state, endedRows, now) };
  });
  // The idle ones are forgotten in the order in which they ended.
  const lastEnd = (session: Session): number => session.previous?.endedAtMs ?? -Infinity;
  read.sort((a, b) => lastEnd(a.session) - lastEnd(b.session));
  for (const { row, endedRows, session } of read) {
    const entry = table.add({ namespace: row.namespace as Namespace, key: row.key as SessionKey }, row.id);
    entry.endedNext = (endedRows.at(-1)?.sequence ?? -1) + 1;
    entry.endedWritten = endedRows.length > 0;
    table.put(entry, session);
  }
};
