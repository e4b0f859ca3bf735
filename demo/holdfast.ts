/** What the half with Holdfast has besides its gateways: the service and where it keeps its leases, the courier, and an operator's look at the replies. */
import { existsSync, readdirSync } from 'node:fs';
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
  /** Where the service keeps its leases, unless that is a file. */
  redis: RunningRedis | undefined;
  courier: RunningGateway;
  startServiceAgain(): Promise<RunningService>;
  startRedisAgain(): Promise<RunningRedis>;
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

/** The service, over its file or over a Redis that is started first. */
const startOver = async ({ children, folder, store }: HoldfastSettings): Promise<Pick<HoldfastParts, 'service' | 'redis'> & { readonly address: string }> => {
  const redis = store === 'redis' ? await startRedis(children, folder) : undefined;
  const address = redis ? addressOf(redis) : `file:${pathsIn(folder).store}`;
  return { service: await startService(children, address), redis, address };
};

export const startHoldfast = async (settings: HoldfastSettings, channelUrl: string, ttlMs: number): Promise<HoldfastParts> => {
  const { children, folder } = settings;
  const { service, redis, address } = await startOver(settings);
  const startCourier = (): RunningGateway =>
    startGateway(children, './gateways/courier.ts', { name: 'courier', folder, channelUrl, serviceUrl: service.url, ttlMs } satisfies CourierSettings);
  return {
    service,
    redis,
    courier: startCourier(),
    startServiceAgain: () => startService(children, address, portOf(service)),
    startRedisAgain: () => startRedis(children, folder, redis?.port),
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
