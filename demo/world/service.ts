/** The Holdfast service, as the demo starts it, and starts it again after a crash. */
import type { ChildProcess } from 'node:child_process';
import type { Children } from '../children.ts';
import { until } from '../until.ts';

export interface RunningService {
  readonly name: 'service';
  readonly child: ChildProcess;
  readonly pid: number;
  readonly url: string;
}

const START_MS_MAX = 60_000; // on a busy machine

const isReady = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false; // it does not listen yet
  }
};

/**
 * Answers once it is ready.
 * @param store as HOLDFAST_STORE has it
 * @param port 0 has the system choose one; after a crash it is the one that the gateways know
 */
export const startService = async (children: Children, store: string, port = 0): Promise<RunningService> => {
  const settings = ['--port', String(port), '--store', store];
  const child = children.startProgram('the Holdfast service', '../service/src/main.ts', settings);
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const findReady = async (): Promise<string | undefined> => {
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
    return url !== undefined && (await isReady(url)) ? url : undefined;
  };
  const url = await Promise.race([until('Holdfast service that is ready', START_MS_MAX, findReady), children.crashed]);
  return { name: 'service', child, pid: child.pid ?? 0, url };
};

export const portOf = ({ url }: RunningService): number => Number(new URL(url).port);
