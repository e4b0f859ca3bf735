/** Node.js' inspector protocol, as far as it takes to know how much of a heap is in use. */

const CALL_MS_MAX = 60_000;

interface Message {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** The inspector did not answer, or answered with an error. */
export class InspectorError extends Error {
  override readonly name = 'InspectorError';
}

/** The address that a process started with `--inspect` tells on its standard error. @throws InspectorError */
export const inspectorUrl = (errorOutput: string): string => {
  const url = /ws:\/\/127\.0\.0\.1:[0-9]+\/[0-9a-f-]+/.exec(errorOutput)?.[0];
  if (url === undefined) throw new InspectorError('the process tells no inspector address');
  return url;
};

const call = (socket: WebSocket, id: number, method: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new InspectorError(`${method}: no answer`)), CALL_MS_MAX);
    const listen = ({ data }: MessageEvent): void => {
      const message = JSON.parse(String(data)) as Message;
      if (message.id !== id) return;
      clearTimeout(late);
      socket.removeEventListener('message', listen);
      if (message.error) reject(new InspectorError(`${method}: ${message.error.message}`));
      else resolve(message.result);
    };
    socket.addEventListener('message', listen);
    socket.send(JSON.stringify({ id, method }));
  });

/** Bytes of the heap that are still reachable: garbage is collected first. */
export const liveHeapBytes = async (url: string): Promise<number> => {
  const socket = new WebSocket(url);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve(), { once: true });
    socket.addEventListener('error', () => reject(new InspectorError(`cannot connect to ${url}`)), { once: true });
  });
  try {
    await call(socket, 1, 'HeapProfiler.collectGarbage');
    const usage = (await call(socket, 2, 'Runtime.getHeapUsage')) as { usedSize: number };
    return usage.usedSize;
  } finally {
    socket.close();
  }
};
