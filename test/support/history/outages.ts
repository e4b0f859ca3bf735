/** The times in which the service did nothing, and what they put off. */
import type { HistoryRecord, OutageCommand } from './record.ts';
import { answeredMsOf, isCommand } from './record.ts';
import { sortedBy } from './sorted.ts';

export interface Outage {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly restarted: boolean;
}

export class Outages {
  readonly all: readonly Outage[];
  readonly #wallSteps: readonly number[];
  readonly #lateMs: number;

  /** @param instance the one whose own outages count as well */
  constructor(records: readonly HistoryRecord[], lateMs: number, instance?: number) {
    const toOutage = (record: HistoryRecord<OutageCommand>): Outage => ({ fromMs: record.sentMs, untilMs: answeredMsOf(record), restarted: record.command.restarted });
    this.all = sortedBy(records.filter(isCommand('outage')).filter((record) => record.instance === undefined || record.instance === instance).map(toOutage), ({ fromMs }) => fromMs);
    this.#wallSteps = records.filter(isCommand('wall-step')).map(({ sentMs }) => sentMs);
    this.#lateMs = lateMs;
  }

  get restarts(): readonly Outage[] {
    return this.all.filter(({ restarted }) => restarted);
  }

  /** The latest time at which a request that was pending at `atMs` may be carried out. */
  latestEffectMs(atMs: number): number {
    let latestMs = atMs + this.#lateMs;
    for (const { fromMs, untilMs } of this.all) if (fromMs <= latestMs && atMs <= untilMs) latestMs = Math.max(latestMs, untilMs + this.#lateMs);
    return latestMs;
  }

  restartedBetween(fromMs: number, untilMs: number): boolean {
    return this.all.some((outage) => outage.restarted && outage.untilMs >= fromMs && outage.fromMs <= untilMs);
  }

  /** Whether the service may have forgotten what it should remember by the wall clock: that was set, and the service restarted. */
  mayMisjudgeAge(fromMs: number, untilMs: number): boolean {
    return this.restartedBetween(fromMs, untilMs) && this.#wallSteps.some((atMs) => atMs >= fromMs && atMs <= untilMs);
  }
}
