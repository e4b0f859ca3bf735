/** What goes wrong in a run of many instances, in an order that a seed chooses. Each fault is over before the next one begins. */
import type { HistoryRecorder } from '../history/recorder.ts';
import type { SdkGateways } from '../load/sdk-gateways.ts';
import { monotonicMs } from '../monotonic.ts';
import type { SpawnedService } from '../spawn-service.ts';
import { pause } from '../until.ts';
import { startPatiently, type Deployment } from './deployment.ts';

export const FAULTS = [
  'instance killed',
  'two instances killed',
  'gateways cut from an instance',
  'commands of an instance cut',
  'subscription of an instance cut',
  'instance cut from Redis for good measure',
  'Redis killed',
  'Redis stopped',
  'Redis and an instance killed',
  'SDK gateways killed',
  'SDK gateways paused',
] as const;

export type Fault = (typeof FAULTS)[number];

export interface FaultsParts {
  readonly deployment: Deployment;
  readonly gateways: SdkGateways;
  /** Cuts the connections of all raw gateways to one instance. */
  readonly cutRaw: (instance: number) => void;
  readonly history: HistoryRecorder;
  readonly chance: () => number;
  readonly pausedMs: number;
}

/** How long something stays away before it is started again, at most. */
const DOWN_MS_MAX = 1_200;
const CUTS_IN_A_ROW = 5;

export class Faults {
  readonly counts = Object.fromEntries(FAULTS.map((fault) => [fault, 0])) as Record<Fault, number>;
  /** When each began and was over, for whoever wonders what a span was due to. */
  readonly log: { readonly fault: Fault; readonly fromMs: number; readonly untilMs: number }[] = [];
  readonly #parts: FaultsParts;
  #bag: Fault[] = [];

  constructor(parts: FaultsParts) {
    this.#parts = parts;
  }

  /** The next fault, and its end: every instance is ready again. Each kind comes once before any comes twice. */
  async strike(): Promise<void> {
    if (this.#bag.length === 0) this.#bag = this.#shuffled(FAULTS);
    const fault = this.#bag.pop()!;
    const fromMs = monotonicMs();
    this.counts[fault] += 1;
    await this.#carryOut(fault);
    this.log.push({ fault, fromMs, untilMs: monotonicMs() });
  }

  async #carryOut(fault: Fault): Promise<void> {
    const { gateways, chance, cutRaw, deployment, pausedMs } = this.#parts;
    const { redis, services, proxies } = deployment;
    const [first, second] = this.#shuffled(services.keys()) as [number, number];
    switch (fault) {
      case 'instance killed':
        return this.#killed(services[first]!);
      case 'two instances killed':
        await Promise.all([this.#killed(services[first]!), this.#killed(services[second]!)]);
        return;
      case 'gateways cut from an instance':
        cutRaw(first);
        return proxies[first]!.cutAll();
      case 'commands of an instance cut':
        return this.#cutFromRedis(/:commands$/);
      case 'subscription of an instance cut':
        return this.#cutFromRedis(/:subscription$/);
      case 'instance cut from Redis for good measure':
        for (let left = CUTS_IN_A_ROW; left > 0; left -= 1) {
          await this.#cutFromRedis(/:(commands|subscription)$/);
          await pause(chance() * 100);
        }
        return;
      case 'Redis killed':
        return this.#withoutRedis(async () => {
          await redis.kill();
          await this.#down();
          await redis.start();
        });
      case 'Redis stopped':
        return this.#withoutRedis(async () => {
          redis.pause();
          await pause(1_000 + chance() * 1_000);
          redis.resume();
        });
      case 'Redis and an instance killed':
        return this.#withoutRedis(async () => {
          await Promise.all([redis.kill(), services[first]!.end('SIGKILL')]);
          await this.#down();
          await redis.start();
          await startPatiently(services[first]!);
        });
      case 'SDK gateways killed':
        return gateways.replaceOne(chance);
      case 'SDK gateways paused':
        return gateways.pauseOne(chance, pausedMs);
    }
  }

  async #killed(service: SpawnedService): Promise<void> {
    await service.end('SIGKILL');
    await this.#down();
    await startPatiently(service);
  }

  /** Redis closes one of the connections that fit. */
  async #cutFromRedis(name: RegExp): Promise<void> {
    const { chance, deployment } = this.#parts;
    await deployment.redis.ask(async (asked) => {
      const clients = String(await asked.client('LIST')).split('\n').map((line) => ({ id: / ?id=(\d+)/.exec(line)?.[1], name: / name=(\S*)/.exec(line)?.[1] ?? '' }));
      const fitting = clients.filter((client) => name.test(client.name));
      const victim = fitting[Math.floor(chance() * fitting.length)];
      if (victim?.id !== undefined) await asked.call('CLIENT', 'KILL', 'ID', victim.id);
    });
  }

  /** The one thing that stands for all instances: while it is away nothing is carried out, and nothing is lost. */
  async #withoutRedis(away: () => Promise<void>): Promise<void> {
    const { history, deployment } = this.#parts;
    const outage = history.fault({ kind: 'outage', restarted: false });
    await away();
    await Promise.all(deployment.services.map((service) => service.answers()));
    outage.answered({ kind: 'answering' });
  }

  async #down(): Promise<void> {
    await pause(this.#parts.chance() * DOWN_MS_MAX);
  }

  #shuffled<T>(items: Iterable<T>): T[] {
    return [...items].map((item) => ({ item, place: this.#parts.chance() })).toSorted((a, b) => a.place - b.place).map(({ item }) => item);
  }
}
