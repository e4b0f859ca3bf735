/** Several real services over one real Redis, each behind a proxy of its own that records what passes for gateways over the SDK. */
import type { HistoryRecorder } from '../history/recorder.ts';
import { RecordingProxy, type RecordingProxyParts } from '../load/recording-proxy.ts';
import { startRedisServer, type RedisServer } from '../redis-server.ts';
import { SpawnedService } from '../spawn-service.ts';

export interface Deployment {
  readonly redis: RedisServer;
  readonly services: readonly SpawnedService[];
  /** One before each service, in the same order. */
  readonly proxies: readonly RecordingProxy[];
}

export interface DeploymentParts {
  readonly instances: number;
  readonly history: HistoryRecorder;
  readonly losses: RecordingProxyParts['losses'];
  readonly chance: () => number;
}

interface Teardown {
  teardown(end: () => Promise<void>): void;
}

/** On a machine that is busy with the run itself a start may take long. One that has ended instead fails at once. */
export const startPatiently = async (service: SpawnedService): Promise<void> => {
  await service.start().catch(() => service.answers());
};

/** Starts it, to end with the test. The log of Redis is never written anew, so that a kill finds it as it grew. */
export const startDeployment = async (t: Teardown, { instances, history, losses, chance }: DeploymentParts): Promise<Deployment> => {
  const redis = await startRedisServer(t, { settings: ['--auto-aof-rewrite-percentage', '0'] });
  const services: SpawnedService[] = [];
  const proxies: RecordingProxy[] = [];
  for (let count = 0; count < instances; count += 1) {
    const service = new SpawnedService({ store: { redis: redis.url } });
    t.teardown(() => service.dispose());
    await startPatiently(service);
    const proxy = await new RecordingProxy({ targetPort: service.port, history, losses, chance }).listen();
    t.teardown(() => proxy.close());
    services.push(service);
    proxies.push(proxy);
  }
  return { redis, services, proxies };
};
