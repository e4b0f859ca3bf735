/** Starts what surrounds the gateways: the model provider and the chat channel. */
import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { Children } from '../children.ts';
import { pathsIn } from '../records.ts';
import { planChannel } from '../workload/plan-channel.ts';
import type { PlannedMessage } from '../workload/plan.ts';
import type { ChannelOrder, ChannelSettings } from './channel.ts';
import type { ProviderSettings } from './provider.ts';

export interface World {
  readonly providerUrl: string;
  readonly channel: RunningChannel;
}

export interface RunningChannel {
  readonly name: 'channel';
  readonly pid: number;
  readonly url: string;
  /** Has it answer 502 from now on, or no longer. */
  setAway(isAway: boolean): void;
}

/** The URL that a part of the demo sends when it listens. */
const urlFrom = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => child.once('message', (message: { url: string }) => resolve(message.url)));

export const startWorld = async (children: Children, folder: string, workload: readonly PlannedMessage[]): Promise<World> => {
  const { plans: plansPath, channel: recordPath } = pathsIn(folder);
  writeFileSync(plansPath, JSON.stringify(Object.fromEntries(workload.map(({ messageId, provider }) => [messageId, provider]))));
  const provider = children.startPart('the model provider', './world/provider.ts', { plansPath } satisfies ProviderSettings);
  const channel = children.startPart('the chat channel', './world/channel.ts', { recordPath, ...planChannel(workload) } satisfies ChannelSettings);
  const [providerUrl, url] = await Promise.race([Promise.all([urlFrom(provider), urlFrom(channel)]), children.crashed]);
  const setAway = (isAway: boolean): void => void channel.send({ isAway } satisfies ChannelOrder);
  return { providerUrl, channel: { name: 'channel', pid: channel.pid ?? 0, url, setAway } };
};
