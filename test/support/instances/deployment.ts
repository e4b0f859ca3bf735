/** Several real services over one store, each behind a proxy of its own that records what passes for gateways over the SDK. */
import type { HistoryRecorder } from '../history/recorder.ts';
import { RecordingProxy, type RecordingProxyParts } from '../load/recording-proxy.ts';
import { SpawnedService } from '../spawn-service.ts';
import type { StoreOfRun } from './store-of-run.ts';

export interface Deployment {
  readonly store: StoreOfRun;
  readonly services: readonly SpawnedService[];
  /** One before each service, in the same order. */
  readonly proxies: readonly RecordingProxy[];
}

export interface DeploymentParts {
  readonly store: StoreOfRun;
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

/** Starts them, to end with the test. */
export const startDeployment = async (t: Teardown, { store, instances, history, losses, chance }: DeploymentParts): Promise<Deployment> => {
  const services: SpawnedService[] = [];
  const proxies: RecordingProxy[] = [];
  for (let instance = 0; instance < instances; instance += 1) {
    const service = new SpawnedService({ store: { redis: store.url } });
    t.teardown(() => service.dispose());
    await startPatiently(service);
    const proxy = await new RecordingProxy({ targetPort: service.port, instance, history, losses, chance }).listen();
    t.teardown(() => proxy.close());
    services.push(service);
    proxies.push(proxy);
  }
  return { store, services, proxies };
};
