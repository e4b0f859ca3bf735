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
  /** Stops every process, and removes what the store had written. */
  stop(): Promise<void>;
}

const AOF_ALWAYS = ['--appendonly', 'yes', '--appendfsync', 'always'];
const NOTHING_KEPT = ['--appendonly', 'no'];

export const deploy = async (store: StoreName, { instances = 1, persisted = true, nodeOptions = [] }: DeploymentOptions): Promise<Deployment> => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  const stops: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0)) await end();
  };
  try {
    const redis = store === 'redis' ? await startRedis(folder, persisted ? AOF_ALWAYS : NOTHING_KEPT) : undefined;
    if (redis) stops.unshift(redis.stop);
    const settings = {
      HOLDFAST_STORE: redis?.url ?? `file:${join(folder, 'holdfast.db')}`,
      HOLDFAST_ACCEPT: persisted ? '' : 'fsync',
    };
    const started: Server[] = [];
    for (let count = 0; count < instances; count += 1) {
      const server = await startHoldfast(settings, nodeOptions);
      stops.unshift(server.stop);
      started.push(server);
    }
    return { instances: started, redis, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
