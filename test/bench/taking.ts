/** Taking many leases through the service, in parts: each is a task that ends in time however slow the machine is. */
import type { Bench } from './bench.ts';
import type { Task } from './generator/tasks.ts';

export type Leases = Pick<Extract<Task, { kind: 'keep' }>, 'baseUrl' | 'prefix' | 'leaseIdBase'>;

export interface Taking {
  readonly leases: Leases;
  readonly count: number;
  readonly connections: number;
  readonly ttlMs: number;
  /** Is told after each part how many there are, and how long the part took. */
  onPart?(taken: number, elapsedMs: number): void;
}

export interface Taken {
  readonly elapsedMs: number;
  readonly repeated: number;
}

const PARTS = 10;

/** Tells how long it took, and how many requests had to be repeated. */
export const takeLeases = async ({ generator }: Bench, { leases, count, connections, ttlMs, onPart }: Taking): Promise<Taken> => {
  let wholeMs = 0;
  let repeats = 0;
  for (let part = 0; part < PARTS; part += 1) {
    const { elapsedMs, repeated } = await generator.run({ ...leases, kind: 'fill', connections, first: (part * count) / PARTS, leases: count / PARTS, ttlMs });
    wholeMs += elapsedMs;
    repeats += repeated;
    onPart?.(((part + 1) * count) / PARTS, elapsedMs);
  }
  return { elapsedMs: wholeMs, repeated: repeats };
};
