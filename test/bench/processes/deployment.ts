/** The service as it is measured: its instances, and the store that they share. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoreName } from '../aims.ts';
import { startRedis, type RedisServer } from './redis.ts';
import { startHoldfast, type Server } from './servers.ts';

export interface DeploymentOptions {
  /** Instances of the service, one unless told otherwise. The embedded store takes no second one. */
  readonly instances?: number;
  /** Whether Redis writes to its disk, before it answers, what it has changed; yes unless told otherwise. */
  readonly persisted?: boolean;
  readonly nodeOptions?: readonly string[];
}

export interface Deployment {
  readonly instances: readonly Server[];
  readonly redis: RedisServer | undefined;
  /** Every Redis there is: one, the nodes of a quorum, or none. */
  readonly redises: readonly RedisServer[];
  /** Stops every process, and removes what the store had written. */
  stop(): Promise<void>;
}

const REDISES: Readonly<Record<StoreName, number>> = { embedded: 0, redis: 1, quorum: 3 };

const AOF_ALWAYS = ['--appendonly', 'yes', '--appendfsync', 'always'];
const NOTHING_KEPT = ['--appendonly', 'no'];

export const deploy = async (store: StoreName, { instances = 1, persisted = true, nodeOptions = [] }: DeploymentOptions): Promise<Deployment> => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  const stops: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0)) await end();
  };
  try {
    const redises: RedisServer[] = [];
    for (let count = 0; count < REDISES[store]; count += 1) {
      const redis = await startRedis(await mkdtemp(join(folder, 'redis-')), persisted ? AOF_ALWAYS : NOTHING_KEPT);
      stops.unshift(redis.stop);
      redises.push(redis);
    }
    const settings = {
      HOLDFAST_STORE: redises.map(({ url }) => url).join(',') || `file:${join(folder, 'holdfast.db')}`,
      HOLDFAST_ACCEPT: persisted ? '' : 'fsync',
    };
    const started: Server[] = [];
    for (let count = 0; count < instances; count += 1) {
      const server = await startHoldfast(settings, nodeOptions);
      stops.unshift(server.stop);
      started.push(server);
    }
    return { instances: started, redis: redises.length === 1 ? redises[0] : undefined, redises, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
