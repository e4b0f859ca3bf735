/** Kills what stands behind the API, and brings it back: the service; where the leases are in a Redis, or in several, by turns the service, the Redis, and both at once. */
import type { RedisProcesses } from './each-store.ts';
import type { SpawnedService } from './spawn-service.ts';

export type Victim = 'service' | 'redis' | 'both';

export class Crashes {
  /** How often each was killed. */
  readonly counts: Record<Victim, number> = { service: 0, redis: 0, both: 0 };
  readonly #service: SpawnedService;
  readonly #redis: RedisProcesses | undefined;
  readonly #victims: readonly Victim[];
  #struck = 0;

  constructor(service: SpawnedService, redis: RedisProcesses | undefined) {
    this.#service = service;
    this.#redis = redis;
    this.#victims = redis ? ['service', 'redis', 'both'] : ['service'];
  }

  /** The next victim is killed. Resolves once the service answers again. */
  async strike(whileDown: () => Promise<void> | void = () => {}): Promise<Victim> {
    const victim = this.#victims[this.#struck % this.#victims.length]!;
    this.#struck += 1;
    this.counts[victim] += 1;
    await Promise.all([victim !== 'redis' && this.#service.end('SIGKILL'), victim !== 'service' && this.#redis?.kill()]);
    await whileDown();
    // The service does not start without its Redis.
    if (victim !== 'service') await this.#redis?.start();
    await (victim === 'redis' ? this.#service.answers() : this.#service.start());
    return victim;
  }
}

/** In words, for a test's remarks. */
export const tellCrashes = ({ counts: { service, redis, both } }: Crashes): string =>
  redis + both > 0 ? `the service killed ${service} times, Redis ${redis} times, both ${both} times` : `the service killed ${service} times`;
