/** Whose a Redis is: every partition carries a marker with the id of the store, and scripts refuse without it. */
import type { Redis } from 'ioredis';
import type { FencingToken } from '../../session/types.ts';
import { StoreFailedError } from '../store-failed-error.ts';
import { replyCode } from './command-faults.ts';
import { LIBRARY } from './library.ts';
import { markScript, type Marked } from './lua/mark.ts';
import { ALL_PARTITIONS, metaKey } from './partitions.ts';
import { loadLibrary } from './script-runner.ts';
import type { Told } from './script.ts';

export interface Claimed {
  readonly storeId: string;
  /** Partitions that had lost their marker, and with it all else. */
  readonly lostPartitions: readonly number[];
}

/** Set beside the marker of the first partition once all partitions have theirs. */
const READY = 'ready';

/**
 * Finds out whose the Redis is, or makes it a new store's. A partition that is empty where the others are not has lost its state: nothing is
 * granted there for the longest TTL that anybody may have.
 * @param newStoreId the id of the store if there is none
 * @param ttlMsMax the longest TTL that was ever allowed, as far as this instance knows
 * @throws StoreFailedError when there are partitions of two stores
 */
export const claimStore = async (redis: Redis, { newStoreId, ttlMsMax, time }: { newStoreId: string; ttlMsMax: number; time: string }): Promise<Claimed> => {
  await loadLibrary(redis);
  const markers = await Promise.all(ALL_PARTITIONS.map((partition) => redis.hmget(metaKey(partition), 'store', 'floor')));
  const found = markers.map(([marker]) => marker ?? null);
  const floor = Math.max(...markers.map(([, known]) => Number(known ?? 0))) as FencingToken;
  const wasReady = (await redis.hexists(metaKey(0), READY)) === 1 || (found[0] === null && found.some((storeId) => storeId !== null));
  const known = found.find((storeId) => storeId !== null) ?? newStoreId;
  const mark = async (partition: number, storeId: string, hadState: boolean): Promise<Marked> => {
    const isEmpty = found[partition] === null;
    const mark = { floor: isEmpty ? floor : (0 as FencingToken), noGrantsForMs: hadState && isEmpty ? ttlMsMax : 0 };
    const [marked] = (await told(redis.fcall(LIBRARY.functionOf(markScript), 1, metaKey(partition), storeId, time, '', ...markScript.args(mark)))) as [Told];
    return markScript.read(marked);
  };
  // Of several instances that start on an empty Redis the first at the first partition names the store.
  const { storeId, noGrantsBeforeMs } = await mark(0, known, wasReady);
  // It may have been a running one, which restores what was lost a moment ago.
  const hadState = wasReady || noGrantsBeforeMs > 0;
  const others = await Promise.all(ALL_PARTITIONS.slice(1).map((partition) => mark(partition, storeId, hadState)));
  const foreign = others.find((other) => other.storeId !== storeId)?.storeId;
  if (foreign !== undefined) throw new StoreFailedError(`This Redis holds parts of two stores, ${storeId} and ${foreign}; a script of one would not see the other.`);
  await redis.hset(metaKey(0), READY, '1');
  return { storeId, lostPartitions: hadState ? ALL_PARTITIONS.filter((partition) => found[partition] === null) : [] };
};

const told = async (answer: Promise<unknown>): Promise<unknown> => {
  try {
    return await answer;
  } catch (error) {
    if (replyCode(error) !== 'LAYOUT') throw error;
    throw new StoreFailedError('This Redis holds a store of another version of this service, which lays it out in another way.', { cause: error });
  }
};
