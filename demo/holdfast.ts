/** What the half with Holdfast has besides its gateways: the service and where it keeps its leases, the courier, and an operator's look at the replies. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LeaseClient, type ReplyState } from '../client/src/index.ts';
import type { Children } from './children.ts';
import type { StoreKind } from './flags.ts';
import type { CourierSettings } from './gateways/courier.ts';
import { type RunningGateway, startGateway } from './gateways/start.ts';
import { type KeptReply, pathsIn } from './records.ts';
import { appendDurably } from './world/durable-lines.ts';
import { addressOf, type RunningRedis, startRedis } from './world/redis.ts';
import { portOf, type RunningService, startService } from './world/service.ts';

export interface HoldfastParts {
  service: RunningService;
  /** Where the service keeps its leases: one, a quorum of three, or none where that is a file. */
  readonly redises: RunningRedis[];
  courier: RunningGateway;
  startServiceAgain(): Promise<RunningService>;
  startRedisAgain(crashed: RunningRedis): Promise<RunningRedis>;
  startCourier(): RunningGateway;
  /** Whether every reply is delivered or dead. */
  isSettled(): Promise<boolean>;
}

const OPEN: readonly ReplyState[] = ['parked', 'sending', 'unknown'];
const SETTLED: readonly ReplyState[] = ['dead', 'delivered', 'superseded'];

const operatorOf = ({ url }: RunningService): LeaseClient => new LeaseClient({ baseUrl: url, holder: 'operator', events: false });

/** In one listing: looked for state by state, a reply that is taken and put back meanwhile would be in none of them. */
const hasOpen = async (client: LeaseClient): Promise<boolean> => {
  for await (const { state } of client.replies.list({ pageSize: 1_000 })) if (OPEN.includes(state)) return true;
  return false;
};

const isSpoolEmpty = (folder: string): boolean => {
  const { spool } = pathsIn(folder);
  return !existsSync(spool) || readdirSync(spool, { withFileTypes: true }).every((entry) => !entry.isFile());
};

export interface HoldfastSettings {
  readonly children: Children;
  readonly folder: string;
  readonly store: StoreKind;
}

const REDIS_NAMES: Readonly<Record<StoreKind, readonly string[]>> = { embedded: [], redis: ['redis'], quorum: ['redis-1', 'redis-2', 'redis-3'] };

const redisFolder = (folder: string, name: string): string => join(pathsIn(folder).redis, name);

/** The service, over its file or over the Redis that are started first. */
const startOver = async ({ children, folder, store }: HoldfastSettings): Promise<Pick<HoldfastParts, 'service' | 'redises'> & { readonly address: string }> => {
  const redises = await Promise.all(REDIS_NAMES[store].map((name) => startRedis(children, { name, folder: redisFolder(folder, name) })));
  const address = redises.length > 0 ? addressOf(redises) : `file:${pathsIn(folder).store}`;
  return { service: await startService(children, address), redises, address };
};

export const startHoldfast = async (settings: HoldfastSettings, channelUrl: string, ttlMs: number): Promise<HoldfastParts> => {
  const { children, folder } = settings;
  const { service, redises, address } = await startOver(settings);
  const startCourier = (): RunningGateway =>
    startGateway(children, './gateways/courier.ts', { name: 'courier', folder, channelUrl, serviceUrl: service.url, ttlMs } satisfies CourierSettings);
  return {
    service,
    redises,
    courier: startCourier(),
    startServiceAgain: () => startService(children, address, portOf(service)),
    startRedisAgain: ({ name, port }) => startRedis(children, { name, folder: redisFolder(folder, name), port }),
    startCourier,
    async isSettled() {
      await using operator = operatorOf(service);
      return !(await hasOpen(operator)) && isSpoolEmpty(folder);
    },
  };
};

/** Starts the service once more, when all else has ended, and writes down what is in its store: what it says then comes from the disk. */
export const recordReplies = async (settings: HoldfastSettings): Promise<void> => {
  const { folder } = settings;
  const { service } = await startOver(settings);
  await using operator = operatorOf(service);
  for (const listed of [...OPEN, ...SETTLED]) {
    for await (const { session, replyId, state, attempts, reason, lastError } of operator.replies.list({ state: listed, pageSize: 1_000 })) {
      const kept: KeptReply = { session, replyId, state, attempts, ...(reason !== undefined && { reason }), ...(lastError !== undefined && { lastError }) };
      appendDurably(pathsIn(folder).replies, kept);
    }
  }
};
