/** Opens the redis store, or says in one sentence each what stands in the way. */
import { randomInt, randomUUID } from 'node:crypto';
import type { Clock, Now } from '../../clock.ts';
import { StoreFailedError } from '../store-failed-error.ts';
import { shownAddress, type RedisAddress } from './address.ts';
import { connectionFault } from './connection-faults.ts';
import { RedisLink, type StoreLog } from './link.ts';
import { claimStore } from './marking.ts';
import { RedisStore } from './redis-store.ts';
import type { RiskName } from './server-checks.ts';

/** After a loss instances come back soon, and not all in the same moment. */
const RECONNECT_MS_MIN = 100;
const RECONNECT_MS_MAX = 250;

export interface RedisStoreSettings {
  readonly address: RedisAddress;
  /** Risks of the server that are run knowingly. */
  readonly accepted: readonly RiskName[];
  /** Names this instance's connections, which begin with it. */
  readonly instanceId: string;
  /** The longest TTL that a caller may ask for. */
  readonly ttlMsMax: number;
  readonly clock: Clock;
  readonly log: StoreLog;
  /** Called once when this Redis turns out to hold another store: the process must end with this message. */
  readonly onFatal: (error: StoreFailedError) => void;
  /** The id of the store if there is none yet. */
  readonly newStoreId?: string;
  /** Time that scripts take for the server's, and the clock that watches the connections instead. Tests alone give them. */
  readonly scriptTime?: (() => Now) | undefined;
  readonly linkClock?: Clock;
}

/** @throws StoreFailedError */
export const openRedisStore = async (settings: RedisStoreSettings): Promise<RedisStore> => {
  const { address, accepted, instanceId, ttlMsMax, clock, log, onFatal, newStoreId = randomUUID(), scriptTime, linkClock = clock } = settings;
  const reconnectDelayMs = (): number => randomInt(RECONNECT_MS_MIN, RECONNECT_MS_MAX + 1);
  const failed = (error: unknown): StoreFailedError => new StoreFailedError(`Cannot use ${shownAddress(address)}: ${connectionFault(error)}.`);
  const link = new RedisLink({ address, accepted, instanceId, clock: linkClock, reconnectDelayMs, log });
  await link.open();
  try {
    const now = scriptTime?.();
    const { storeId, lostPartitions } = await claimStore(link.commands, { newStoreId, ttlMsMax, time: now ? `${now.monoMs}:${now.wallUs}` : '' });
    if (lostPartitions.length > 0) log.warn(`Redis has lost the partitions ${lostPartitions.join(', ')}: what was in them is gone, and nothing is granted there for ${ttlMsMax} ms, the longest TTL.`);
    return await RedisStore.start({ link, clock, storeId, instanceId, log, scriptTime, onFatal: () => onFatal(failed('it holds another store now')) });
  } catch (error) {
    await link.close();
    throw error instanceof StoreFailedError ? error : failed(error);
  }
};
