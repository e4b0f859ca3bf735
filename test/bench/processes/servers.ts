/** The two servers that are compared, each in a process of its own. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild, type Child } from './child.ts';

const READY_MS_MAX = 60_000;
const READY_POLL_MS = 50;

/** A server did not start. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

export interface Server extends Pick<Child, 'pid' | 'stop' | 'errorOutput'> {
  readonly baseUrl: string;
}

/** What is awaited of a child, or why it does not come. @throws StartError */
export const within = async <T>(child: Child, awaited: Promise<T>): Promise<T> => {
  const ended = child.ended.then((why): never => {
    throw new StartError(why);
  });
  const late = sleep(READY_MS_MAX, undefined, { ref: false }).then((): never => {
    throw new StartError(`no sign of life after ${READY_MS_MAX} ms: ${child.errorOutput()}`);
  });
  try {
    return await Promise.race([awaited, ended, late]);
  } catch (error) {
    await child.stop();
    throw error;
  }
};

const serverOf = (child: Child, baseUrl: string): Server => ({
  baseUrl,
  pid: child.pid,
  stop: () => child.stop(),
  errorOutput: () => child.errorOutput(),
});

export const startBareServer = async (nodeOptions: readonly string[] = []): Promise<Server> => {
  const child = startChild(new URL('../bare/main.ts', import.meta.url), [], { execArgv: [...nodeOptions] });
  const [address] = (await within(child, once(child.process, 'message'))) as [AddressInfo];
  return serverOf(child, `http://127.0.0.1:${address.port}`);
};

/** The first address of HTTP that the service prints is that of its API. */
const printedUrl = (child: Child): Promise<string> =>
  new Promise((resolve) => {
    let printed = '';
    child.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      const url = /http:\/\/127\.0\.0\.1:[0-9]+/.exec(printed)?.[0];
      if (url !== undefined) resolve(url);
    });
  });

const untilReady = async (baseUrl: string): Promise<void> => {
  for (;;) {
    const { ok, body } = await fetch(`${baseUrl}/readyz`);
    await body?.cancel();
    if (ok) return;
    await sleep(READY_POLL_MS);
  }
};

/** Starts the service as a user does, on a port that the system gives. */
export const startHoldfast = async (settings: Readonly<Record<string, string>>, nodeOptions: readonly string[] = []): Promise<Server> => {
  const child = startChild(new URL('../../../service/src/main.ts', import.meta.url), [], {
    execArgv: [...nodeOptions],
    env: { ...process.env, HOLDFAST_HOST: '127.0.0.1', HOLDFAST_PORT: '0', ...settings },
  });
  const baseUrl = await within(child, printedUrl(child));
  await within(child, untilReady(baseUrl));
  return serverOf(child, baseUrl);
};
