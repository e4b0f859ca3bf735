/** A redis-server of the bench's own. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import { fieldsOf } from '../redis-fields.ts';
import { startProgram } from './child.ts';
import { within } from './servers.ts';

const RECONNECT_MS = 50;

export interface RedisServer {
  readonly url: string;
  readonly pid: number;
  /** What it tells of itself, by name. */
  fields(): Promise<ReadonlyMap<string, string>>;
  /** Bytes that it has allocated: for keys, values and what it needs besides. */
  usedBytes(): Promise<number>;
  stop(): Promise<void>;
}

/** A port of loopback that nobody listens on just now. */
const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

/** Starts one whose files are in `folder`. */
export const startRedis = async (folder: string, persistence: readonly string[]): Promise<RedisServer> => {
  const port = await freePort();
  const child = startProgram('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', ...persistence]);
  const redis = new Redis({ host: '127.0.0.1', port, retryStrategy: () => RECONNECT_MS, maxRetriesPerRequest: null });
  redis.on('error', () => {}); // Until it listens each attempt fails; whether it starts at all is told below.
  const stop = async (): Promise<void> => {
    redis.disconnect();
    await child.stop();
  };
  try {
    await within(child, redis.ping());
  } catch (error) {
    await stop();
    throw error;
  }
  const fields = async (): Promise<ReadonlyMap<string, string>> => fieldsOf(await redis.info());
  return {
    url: `redis://127.0.0.1:${port}/0`,
    pid: child.pid,
    fields,
    usedBytes: async () => Number((await fields()).get('used_memory')),
    stop,
  };
};
