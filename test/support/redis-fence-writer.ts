/**
 * A process that appends to a list and sets a value through Redis fences as fast as it can, under tokens a little above and
 * below the current one, until its parent is gone or kills it. It tells its parent of each append that was acknowledged, and
 * of each refusal. Its argument is a {@link RedisWriter}.
 */
import { randomInt } from 'node:crypto';
import { StaleFencingTokenError } from '../../client/src/errors.ts';
import { redisFence } from '../../client/src/fences/redis.ts';
import { connectRedis } from './own-redis.ts';

export interface RedisWriter {
  readonly socketPath: string;
  readonly listKey: string;
  readonly valueKey: string;
  readonly writer: string;
  /** The current fencing token. */
  readonly from: number;
}

/** One entry of the list, and one value. */
export interface RedisEntry {
  readonly name: string;
  readonly fencingToken: number;
}

export type RedisWriterNews = { readonly appended: RedisEntry; readonly isRepeat: boolean } | { readonly refused: number; readonly current: number };

const { socketPath, listKey, valueKey, writer, from } = JSON.parse(process.argv[2] ?? '') as RedisWriter;
/** Resolves when the news has left this process, so that at most one append is unknown to the parent when it kills. */
const tell = (news: RedisWriterNews): Promise<void> => new Promise((resolve) => process.send?.(news, () => resolve()));
process.on('disconnect', () => process.exit(0));

const redis = await connectRedis(socketPath);
const list = redisFence(redis, listKey);
const value = redisFence(redis, valueKey);
let current = from;
for (let number = 1; ; number += 1) {
  const fencingToken = current + randomInt(-2, 4);
  const entry: RedisEntry = { name: `${writer}/${number}`, fencingToken };
  try {
    await value.set(fencingToken, JSON.stringify(entry));
    const { repeated } = await list.append(fencingToken, JSON.stringify(entry), { id: entry.name });
    current = fencingToken;
    await tell({ appended: entry, isRepeat: repeated });
    // As if the answer had been lost.
    const again = await list.append(fencingToken, JSON.stringify(entry), { id: entry.name });
    if (!again.repeated) throw new Error(`${entry.name} was written twice`);
  } catch (error) {
    if (!(error instanceof StaleFencingTokenError)) throw error;
    current = error.currentToken ?? current;
    await tell({ refused: fencingToken, current });
  }
}
