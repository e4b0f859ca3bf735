/** What goes wrong in a run of many instances, in an order that a seed chooses. Each fault is over before the next one begins. */
import type { HistoryRecorder } from '../history/recorder.ts';
import type { SdkGateways } from '../load/sdk-gateways.ts';
import { monotonicMs } from '../monotonic.ts';
import { pause } from '../until.ts';
import { startPatiently, type Deployment } from './deployment.ts';

/** A fault, from its beginning to its end: every instance is ready again. */
export type Strike = () => Promise<void>;

/** Each under its name. */
export type Strikes = Readonly<Record<string, Strike>>;

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

/** What the faults of a store are made with. */
export class Mishaps {
  readonly #parts: Pick<FaultsParts, 'deployment' | 'history' | 'chance'>;

  constructor(parts: Pick<FaultsParts, 'deployment' | 'history' | 'chance'>) {
    this.#parts = parts;
  }

  /** The one thing that stands for all instances: while it is away nothing is carried out, and nothing is lost. */
  async withoutStore(away: Strike): Promise<void> {
    const { history, deployment } = this.#parts;
    const outage = history.fault({ kind: 'outage', restarted: false });
    await away();
    await Promise.all(deployment.services.map((service) => service.answers()));
    outage.answered({ kind: 'answering' });
  }

  /** Who waited at it may have another place when it is back. */
  async killInstance(instance: number): Promise<{ readonly startAgain: Strike }> {
    const { history, deployment } = this.#parts;
    const service = deployment.services[instance]!;
    const outage = history.fault({ kind: 'outage', restarted: true }, instance);
    await service.end('SIGKILL');
    const startAgain = async (): Promise<void> => {
      await startPatiently(service);
      outage.answered({ kind: 'answering' });
    };
    return { startAgain };
  }

  async down(): Promise<void> {
    await pause(this.#parts.chance() * DOWN_MS_MAX);
  }

  /** As many things of one sort as are asked for, by chance. */
  some<T>(things: Iterable<T>, count: number): readonly T[] {
    return this.shuffled(things).slice(0, count);
  }

  one<T>(things: Iterable<T>): T {
    return this.shuffled(things)[0]!;
  }

  shuffled<T>(items: Iterable<T>): T[] {
    return [...items].map((item) => ({ item, place: this.#parts.chance() })).toSorted((a, b) => a.place - b.place).map(({ item }) => item);
  }
}

export class Faults {
  readonly counts: Record<string, number>;
  /** When each began and was over, for whoever wonders what a span was due to. */
  readonly log: { readonly fault: string; readonly fromMs: number; readonly untilMs: number }[] = [];
  readonly #strikes: Strikes;
  readonly #mishaps: Mishaps;
  #bag: string[] = [];

  constructor(parts: FaultsParts) {
    this.#mishaps = new Mishaps(parts);
    this.#strikes = { ...strikesOfInstances(parts, this.#mishaps), ...parts.deployment.store.strikes(this.#mishaps, parts) };
    this.counts = Object.fromEntries(Object.keys(this.#strikes).map((fault) => [fault, 0]));
  }

  /** The next fault. Each kind comes once before any comes twice. */
  async strike(): Promise<void> {
    if (this.#bag.length === 0) this.#bag = this.#mishaps.shuffled(Object.keys(this.#strikes));
    const fault = this.#bag.pop()!;
    const fromMs = monotonicMs();
    this.counts[fault]! += 1;
    await this.#strikes[fault]!();
    this.log.push({ fault, fromMs, untilMs: monotonicMs() });
  }
}

const strikesOfInstances = ({ deployment: { services, proxies }, gateways, cutRaw, chance, pausedMs }: FaultsParts, mishaps: Mishaps): Strikes => {
  const kill = async (instance: number): Promise<void> => {
    const { startAgain } = await mishaps.killInstance(instance);
    await mishaps.down();
    await startAgain();
  };
  return {
    'instance killed': () => kill(mishaps.one(services.keys())),
    'two instances killed': async () => void (await Promise.all(mishaps.some(services.keys(), 2).map(kill))),
    'gateways cut from an instance': async () => {
      const instance = mishaps.one(services.keys());
      cutRaw(instance);
      proxies[instance]!.cutAll();
    },
    'SDK gateways killed': async () => gateways.replaceOne(chance),
    'SDK gateways paused': async () => gateways.pauseOne(chance, pausedMs),
  };
};
