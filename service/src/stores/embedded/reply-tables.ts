/** The tables of replies and of their payloads. Synchronous; only the writer thread runs it. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ReplyState } from '../../session/types.ts';
import { checksum } from './checksum.ts';
import { DatabaseRefusedError } from './database-file.ts';
import { compareKeys } from './key-order.ts';
import type { ReplyRowChanges } from './pending-replies.ts';
import { hasPayloadRow, type PayloadRow, type ReplyKey, type ReplyRow } from './reply-rows.ts';
import { whole, type Summed } from './whole-rows.ts';

/** Replies that are read at once; more than one session can have. */
const ROWS_MAX = 10_000;

/** A reply in a listing across sessions: the row's key, and its place. */
export interface ListedReply extends ReplyKey {
  readonly key: string;
  readonly listedAtWallMs: number;
}

export interface ReplyRange {
  readonly namespace: string;
  readonly states: readonly ReplyState[];
  /** Only what is listed behind this place. */
  readonly after: Omit<ListedReply, 'sessionId'> | undefined;
  readonly limit: number;
}

export interface ReplyPiece {
  readonly replies: readonly ReplyRow[];
  /** The replies of sessions up to this one are all there. */
  readonly toId: number;
}

const BEFORE_ALL: NonNullable<ReplyRange['after']> = { listedAtWallMs: Number.MIN_SAFE_INTEGER, key: '', number: 0 };

export class ReplyTables {
  readonly #putReply: StatementSync;
  readonly #dropReply: StatementSync;
  readonly #dropReplies: StatementSync;
  readonly #putPayload: StatementSync;
  readonly #dropPayload: StatementSync;
  readonly #dropPayloads: StatementSync;
  readonly #between: StatementSync;
  readonly #payloadsBetween: StatementSync;
  readonly #payload: StatementSync;
  readonly #listed: StatementSync;

  constructor(db: DatabaseSync) {
    this.#putReply = db.prepare('INSERT OR REPLACE INTO replies VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    this.#dropReply = db.prepare('DELETE FROM replies WHERE session_id = ? AND number = ?');
    this.#dropReplies = db.prepare('DELETE FROM replies WHERE session_id = ?');
    this.#putPayload = db.prepare('INSERT OR REPLACE INTO payloads VALUES (?, ?, ?, ?)');
    this.#dropPayload = db.prepare('DELETE FROM payloads WHERE session_id = ? AND number = ?');
    this.#dropPayloads = db.prepare('DELETE FROM payloads WHERE session_id = ?');
    this.#between = db.prepare(
      `SELECT session_id AS sessionId, number, state, namespace, key, listed_at_wall_ms AS listedAtWallMs, record, checksum
        FROM replies WHERE session_id BETWEEN ? AND ? ORDER BY session_id, number LIMIT ?`,
    );
    this.#payloadsBetween = db.prepare('SELECT session_id AS sessionId, number FROM payloads WHERE session_id BETWEEN ? AND ? ORDER BY session_id, number');
    this.#payload = db.prepare('SELECT payload, checksum FROM payloads WHERE session_id = ? AND number = ?');
    this.#listed = db.prepare(
      `SELECT session_id AS sessionId, number, key, listed_at_wall_ms AS listedAtWallMs FROM replies
        WHERE namespace = ? AND state = ? AND (listed_at_wall_ms, key, number) > (?, ?, ?) ORDER BY listed_at_wall_ms, key, number LIMIT ?`,
    );
  }

  /** Part of a commit. */
  commit({ replies, repliesForgotten, payloads, payloadsDropped }: ReplyRowChanges): void {
    for (const { sessionId, number } of repliesForgotten) {
      this.#dropReply.run(sessionId, number);
      this.#dropPayload.run(sessionId, number);
    }
    for (const { sessionId, number } of payloadsDropped) this.#dropPayload.run(sessionId, number);
    for (const row of replies) {
      const { sessionId, number, state, namespace, key, listedAtWallMs, record } = row;
      this.#putReply.run(sessionId, number, state, namespace, key, listedAtWallMs, record, replySum(row));
    }
    for (const row of payloads) this.#putPayload.run(row.sessionId, row.number, row.payload, payloadSum(row));
  }

  forgetSession(sessionId: number): void {
    this.#dropReplies.run(sessionId);
    this.#dropPayloads.run(sessionId);
  }

  /**
   * The replies of the sessions with these ids, or of the first of them: as many whole sessions as are read at once.
   * @throws DatabaseRefusedError when a row is not as it was written
   */
  read(fromId: number, toId: number): ReplyPiece {
    const replies = whole(this.#between.all(fromId, toId, ROWS_MAX) as unknown as Summed<ReplyRow>[], replySum);
    if (replies.length < ROWS_MAX) return { replies, toId };
    // The last session may have more; it begins the next piece.
    const lastId = replies.at(-1)!.sessionId;
    return { replies: replies.filter(({ sessionId }) => sessionId < lastId), toId: lastId - 1 };
  }

  /**
   * Looks whether every reply of these sessions has the payload that it needs, and every payload its reply. What a payload
   * says is checked when it is read: a start would have to read them all.
   * @throws DatabaseRefusedError
   */
  checkPayloads(fromId: number, toId: number, replies: readonly ReplyRow[]): void {
    const nameOf = ({ sessionId, number }: ReplyKey): string => `${sessionId}/${number}`;
    const there = new Set((this.#payloadsBetween.all(fromId, toId) as unknown as ReplyKey[]).map(nameOf));
    const isComplete = replies.every((row) => !hasPayloadRow(row) || there.delete(nameOf(row)));
    if (!isComplete || there.size > 0) throw new DatabaseRefusedError('it is damaged: a reply lacks its payload, or a payload its reply');
  }

  /** Undefined when there is none. @throws DatabaseRefusedError when it is not as it was written */
  payload({ sessionId, number }: ReplyKey): string | undefined {
    const row = this.#payload.get(sessionId, number) as unknown as Summed<{ payload: string }> | undefined;
    if (row && row.checksum !== payloadSum({ sessionId, number, payload: row.payload })) {
      throw new DatabaseRefusedError('the payload of a reply is damaged: it is not as it was written');
    }
    return row?.payload;
  }

  /** In the order of listings: by time, then by key, then by number. */
  listed({ namespace, states, after = BEFORE_ALL, limit }: ReplyRange): ListedReply[] {
    const { listedAtWallMs, key, number } = after;
    const rows = states.flatMap((state) => this.#listed.all(namespace, state, listedAtWallMs, key, number, limit) as unknown as ListedReply[]);
    return rows.sort((a, b) => a.listedAtWallMs - b.listedAtWallMs || compareKeys(a.key, b.key) || a.number - b.number).slice(0, limit);
  }
}

const replySum = ({ sessionId, number, state, namespace, key, listedAtWallMs, record }: ReplyRow): number =>
  checksum(sessionId, number, state, namespace, key, listedAtWallMs, record);

const payloadSum = ({ sessionId, number, payload }: PayloadRow): number => checksum(sessionId, number, payload);
