/** A Redis of the test's own, on a Unix socket and without a port. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { programPath, serverFolder, startOwnServer, type Teardown } from './own-server.ts';
import { until } from './until.ts';

/** Connects without any patience: a command that cannot be answered fails. */
export const connectRedis = async (socketPath: string): Promise<Redis> => {
  const redis = new Redis({ path: socketPath, lazyConnect: true, commandTimeout: 30_000, enableOfflineQueue: false, retryStrategy: () => null });
  redis.on('error', () => {}); // the connecting call, or the command, fails as well
  await redis.connect();
  return redis;
};

const answers = async (socketPath: string): Promise<boolean> => {
  const redis = await connectRedis(socketPath);
  try {
    return (await redis.ping()) === 'PONG';
  } finally {
    redis.disconnect();
  }
};

/** Starts one that ends with the test, and gives the path of its socket. */
export const ownRedis = async (t: Teardown, settings: readonly string[] = []): Promise<string> => {
  const command = programPath('redis-server', { install: 'redis-server' });
  const folder = serverFolder(t, 'redis');
  const socketPath = join(folder, 'redis.sock');
  const args = ['--port', '0', '--unixsocket', socketPath, '--dir', folder, '--save', '', '--appendonly', 'no', '--daemonize', 'no', ...settings];
  await startOwnServer(t, { command, args, answers: () => answers(socketPath), stopSignal: 'SIGKILL' });
  return socketPath;
};

/** A port of loopback that nobody listens on just now. */
const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

/** Starts a cluster of one, which has the rules of every cluster: the keys of one script must be in one slot. Only its bus has a port. */
export const ownRedisCluster = async (t: Teardown): Promise<string> => {
  const socketPath = await ownRedis(t, ['--cluster-enabled', 'yes', '--bind', '127.0.0.1', '--cluster-port', String(await freePort())]);
  const redis = await connectRedis(socketPath);
  await redis.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  await until('the cluster has all its slots', async () => /cluster_state:ok/.test(await redis.cluster('INFO')));
  redis.disconnect();
  return socketPath;
};
