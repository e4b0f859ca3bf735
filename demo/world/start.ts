/** Starts what surrounds the gateways: the model provider, the chat channel, and the Holdfast service. */
import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { Children } from '../children.ts';
import { pathsIn } from '../records.ts';
import { until } from '../until.ts';
import type { PlannedMessage } from '../workload/plan.ts';
import type { ChannelSettings } from './channel.ts';
import type { ProviderSettings } from './provider.ts';

export interface World {
  readonly providerUrl: string;
  readonly channelUrl: string;
}

const START_MS_MAX = 15_000;

/** The URL that a part of the demo sends when it listens. */
const urlFrom = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => child.once('message', (message: { url: string }) => resolve(message.url)));

export const startWorld = async (children: Children, folder: string, workload: readonly PlannedMessage[]): Promise<World> => {
  const { plans: plansPath, received: recordPath } = pathsIn(folder);
  writeFileSync(plansPath, JSON.stringify(Object.fromEntries(workload.map(({ messageId, provider }) => [messageId, provider]))));
  const provider = children.startPart('the model provider', './world/provider.ts', { plansPath } satisfies ProviderSettings);
  const channel = children.startPart('the chat channel', './world/channel.ts', { recordPath } satisfies ChannelSettings);
  const [providerUrl, channelUrl] = await Promise.race([Promise.all([urlFrom(provider), urlFrom(channel)]), children.crashed]);
  return { providerUrl, channelUrl };
};

const isReady = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false; // it does not listen yet
  }
};

/** Starts the Holdfast service with the embedded store on a port that the system chooses, and answers its URL once it is ready. */
export const startService = async (children: Children, folder: string): Promise<string> => {
  const settings = ['--port', '0', '--store', `file:${pathsIn(folder).store}`];
  const service = children.startProgram('the Holdfast service', '../service/src/main.ts', settings);
  let output = '';
  service.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const findReady = async (): Promise<string | undefined> => {
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
    return url !== undefined && (await isReady(url)) ? url : undefined;
  };
  return Promise.race([until('Holdfast service that is ready', START_MS_MAX, findReady), children.crashed]);
};
