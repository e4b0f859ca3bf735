/** A Redis of a half whose service keeps its leases there: started, and started again after a crash, on the append-only file in the half's folder. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Children } from '../children.ts';
import { until } from '../until.ts';

export interface RunningRedis {
  readonly name: string;
  readonly child: ChildProcess;
  readonly pid: number;
  readonly port: number;
}

const START_MS_MAX = 60_000; // on a busy machine

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

/** What it answers to one command: while it reads its file, that it does so. */
const answerTo = async (command: string, port: number): Promise<string> => {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.end(`${command}\r\nQUIT\r\n`);
  return text(socket);
};

const isReady = async (port: number): Promise<true | undefined> => {
  try {
    return (await answerTo('PING', port)).startsWith('+PONG') || undefined;
  } catch {
    return undefined; // it does not listen yet
  }
};

export interface RedisSettings {
  readonly name: string;
  /** What it has on its disk. */
  readonly folder: string;
  /** Absent, the system chooses one; after a crash it is the one that the service knows. */
  readonly port?: number;
}

/** Answers once it is ready. */
export const startRedis = async (children: Children, { name, folder, port }: RedisSettings): Promise<RunningRedis> => {
  mkdirSync(folder, { recursive: true });
  const chosen = port ?? (await freePort());
  // Every write is on disk before its answer, as the service asks of it.
  const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];
  const child = children.startCommand(`Redis (${name})`, 'redis-server', ['--bind', '127.0.0.1', '--port', String(chosen), '--dir', folder, ...durable]);
  await Promise.race([until('Redis that is ready', START_MS_MAX, () => isReady(chosen)), children.crashed]);
  return { name, child, pid: child.pid ?? 0, port: chosen };
};

/** As the service is told of them. */
export const addressOf = (redises: readonly RunningRedis[]): string => redises.map(({ port }) => `redis://127.0.0.1:${port}/0`).join(',');
