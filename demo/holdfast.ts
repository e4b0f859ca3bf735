/** What the half with Holdfast has besides its gateways: the service, the courier, and an operator's look at the replies. */
import { existsSync, readdirSync } from 'node:fs';
import { LeaseClient, type ReplyState } from '../client/src/index.ts';
import type { Children } from './children.ts';
import type { CourierSettings } from './gateways/courier.ts';
import { type RunningGateway, startGateway } from './gateways/start.ts';
import { type KeptReply, pathsIn } from './records.ts';
import { appendDurably } from './world/durable-lines.ts';
import { portOf, type RunningService, startService } from './world/service.ts';

export interface HoldfastParts {
  service: RunningService;
  courier: RunningGateway;
  startServiceAgain(): Promise<RunningService>;
  startCourier(): RunningGateway;
  /** Whether every reply is delivered or dead. */
  isSettled(): Promise<boolean>;
}

const OPEN: readonly ReplyState[] = ['parked', 'sending', 'unknown'];
const SETTLED: readonly ReplyState[] = ['dead', 'delivered', 'superseded'];

const operatorOf = ({ url }: RunningService): LeaseClient => new LeaseClient({ baseUrl: url, holder: 'operator', events: false });

const hasAny = async (client: LeaseClient, state: ReplyState): Promise<boolean> => {
  for await (const _ of client.replies.list({ state, pageSize: 1 })) return true;
  return false;
};

const isSpoolEmpty = (folder: string): boolean => {
  const { spool } = pathsIn(folder);
  return !existsSync(spool) || readdirSync(spool, { withFileTypes: true }).every((entry) => !entry.isFile());
};

export const startHoldfast = async (children: Children, folder: string, channelUrl: string, ttlMs: number): Promise<HoldfastParts> => {
  const service = await startService(children, folder);
  const startCourier = (): RunningGateway =>
    startGateway(children, './gateways/courier.ts', { name: 'courier', folder, channelUrl, serviceUrl: service.url, ttlMs } satisfies CourierSettings);
  return {
    service,
    courier: startCourier(),
    startServiceAgain: () => startService(children, folder, portOf(service)),
    startCourier,
    async isSettled() {
      await using operator = operatorOf(service);
      for (const state of OPEN) if (await hasAny(operator, state)) return false;
      return isSpoolEmpty(folder);
    },
  };
};

/** Starts the service once more, when all else has ended, and writes down what is in its store: what it says then comes from the disk. */
export const recordReplies = async (children: Children, folder: string): Promise<void> => {
  const service = await startService(children, folder);
  await using operator = operatorOf(service);
  for (const listed of [...OPEN, ...SETTLED]) {
    for await (const { session, replyId, state, attempts, reason, lastError } of operator.replies.list({ state: listed, pageSize: 1_000 })) {
      const kept: KeptReply = { session, replyId, state, attempts, ...(reason !== undefined && { reason }), ...(lastError !== undefined && { lastError }) };
      appendDurably(pathsIn(folder).replies, kept);
    }
  }
};
