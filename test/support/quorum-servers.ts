/** Three or five Redis of the test's own, each a process with its own disk, for a service to be started over. */
import { inParallel } from './in-parallel.ts';
import { startRedisServer, type RedisServer, type RedisServerOptions } from './redis-server.ts';
import type { Teardown } from './own-server.ts';

export interface QuorumServers {
  readonly nodes: readonly RedisServer[];
  /** As HOLDFAST_STORE has it. */
  readonly url: string;
}

export const startQuorumServers = async (t: Teardown, count = 3, options: RedisServerOptions = {}): Promise<QuorumServers> => {
  const nodes: RedisServer[] = [];
  // One after the other: each looks for a free port.
  await inParallel(Array.from({ length: count }), 1, async () => void nodes.push(await startRedisServer(t, options)));
  return { nodes, url: nodes.map(({ url }) => url).join(',') };
};
