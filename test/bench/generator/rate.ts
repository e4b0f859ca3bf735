/** Counts what connections do side by side until the time is up. */
import { performance } from 'node:perf_hooks';
import type { Rate } from './tasks.ts';

/** @param turn one round of work on one connection; it returns how many units that was */
export const measureRate = async (durationMs: number, turns: readonly (() => Promise<number>)[]): Promise<Rate> => {
  const startMs = performance.now();
  const idleBefore = performance.eventLoopUtilization();
  const endMs = startMs + durationMs;
  let done = 0;
  await Promise.all(
    turns.map(async (turn) => {
      while (performance.now() < endMs) {
        // Not `done += await …`: that adds to what `done` was before the wait.
        const units = await turn();
        done += units;
      }
    }),
  );
  const elapsedMs = performance.now() - startMs;
  return { done, elapsedMs, generatorBusy: performance.eventLoopUtilization(idleBefore).utilization };
};
