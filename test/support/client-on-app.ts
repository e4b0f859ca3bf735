/** Clients of the real app, over real sockets, on one clock that the test moves. All of it closes with the test. */
import { LeaseClient, type LeaseClientOptions } from '../../client/src/index.ts';
import { buildTestApp, type Built } from './build-app.ts';
import { pumped } from './pumped.ts';
import { until } from './until.ts';

interface TestContext {
  teardown(end: () => Promise<void>): void;
  fail(message: string): void;
}

export interface ClientOnApp extends Built {
  readonly baseUrl: string;
  /** Method and path of every request that has arrived. */
  readonly requests: string[];
  client(holder: string, options?: Partial<LeaseClientOptions>): LeaseClient;
  /** Waits until so many requests of a kind have arrived. */
  arrived(what: string, count?: number): Promise<void>;
  /** Waits until so many stand in the queue of a session. */
  queued(session: string, count: number): Promise<void>;
}

export const clientOnApp = async (t: TestContext, options: Parameters<typeof buildTestApp>[1] = {}): Promise<ClientOnApp> => {
  const requests: string[] = [];
  const built = await buildTestApp(t, {
    ...options,
    prepare: (app) => {
      app.addHook('onRequest', async ({ method, url }) => void requests.push(`${method} ${url}`));
    },
  });
  const baseUrl = await built.app.listen({ port: 0, host: '127.0.0.1' });
  const client: ClientOnApp['client'] = (holder, more = {}) => {
    const made = new LeaseClient({ baseUrl, holder, clock: built.clock, random: () => 0, ...more });
    // What it gives back at its end may take several attempts, and those take time.
    t.teardown(() => pumped(built.clock, made.close()));
    return made;
  };
  const arrived = async (what: string, count = 1): Promise<void> => {
    await until(`${count} × ${what}`, () => requests.filter((request) => request.startsWith(what)).length >= count);
  };
  const queued = async (session: string, count: number): Promise<void> => {
    const view = async (): Promise<boolean> => {
      const { waiters } = (await built.app.inject(`/v1/leases/${encodeURIComponent(session)}`)).json<{ waiters: unknown[] }>();
      return waiters.length === count;
    };
    await until(`${count} waiting for ${session}`, view);
  };
  return { ...built, baseUrl, requests, client, arrived, queued };
};
