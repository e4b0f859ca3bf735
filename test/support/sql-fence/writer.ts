/**
 * A process that writes a session's row and two messages in one fenced transaction, again and again, under fencing tokens a
 * little above and below the current one, until its parent is gone or kills it. It tells its parent of each transaction that
 * was committed, and of each refusal. Its argument is an {@link SqlWriter}.
 */
import { randomInt } from 'node:crypto';
import { StaleFencingTokenError } from '../../../client/src/errors.ts';
import { sqlFence } from '../../../client/src/fences/sql.ts';
import { appendMessage, type DatabasePlace, openDatabase } from './database.ts';

export interface SqlWriter {
  readonly place: DatabasePlace;
  readonly session: string;
  readonly writer: string;
  /** The current fencing token. */
  readonly from: number;
  /** Stops in the middle of its first transaction, and says that it is inside. */
  readonly stayInside?: boolean;
}

export type SqlWriterNews =
  | { readonly committed: string; readonly fencingToken: number }
  | { readonly refused: number; readonly current: number }
  | { readonly inside: number };

const { place, session, writer, from, stayInside = false } = JSON.parse(process.argv[2] ?? '') as SqlWriter;
/** Resolves when the news has left this process, so that at most one transaction is unknown to the parent when it kills. */
const tell = (news: SqlWriterNews): Promise<void> => new Promise((resolve) => process.send?.(news, () => resolve()));
process.on('disconnect', () => process.exit(0));

const database = await openDatabase(place);
const fence = sqlFence({ table: 'conversations', placeholders: database.placeholders });
let current = from;
for (let number = 1; ; number += 1) {
  const fencingToken = current + (stayInside ? 1 : randomInt(-2, 4));
  const name = `${writer}/${number}`;
  try {
    await database.transaction(async () => {
      await fence.write(database.query, session, fencingToken, { summary: name });
      await appendMessage(database, session, `${name}/first`, fencingToken);
      if (stayInside) {
        await tell({ inside: fencingToken });
        await new Promise(() => {}); // the open channel to the parent keeps the process alive
      }
      await appendMessage(database, session, `${name}/second`, fencingToken);
    });
    current = fencingToken;
    await tell({ committed: name, fencingToken });
  } catch (error) {
    if (!(error instanceof StaleFencingTokenError)) throw error;
    current = error.currentToken ?? current;
    await tell({ refused: fencingToken, current });
  }
}
