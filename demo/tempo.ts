/** How long things take at a scale, where the workload does not say it. Pure. All in milliseconds. */
import type { RetrySettings } from './gateways/settings.ts';

export interface Tempo {
  /** How long a lease lives without a renewal. */
  readonly ttlMs: number;
  /** How long a gateway is paused, at least. */
  readonly pauseMs: number;
  /** A killed gateway is started again after this long, as by a supervisor. */
  readonly restartAfterMs: number;
  /** Service and courier are started again after this long. */
  readonly supervisorMs: number;
  readonly retries: RetrySettings;
  /** How long after the last message gateways and courier may still work. What has no reply by then is lost. */
  readonly patienceMs: number;
}

const SECOND_MS = 1_000;

/** @param scale how many times faster than in the users' reports everything happens */
export const tempoAt = (scale: number): Tempo => {
  // 30 s in real life. Below 2 s a busy machine would lose leases for no other reason than being busy.
  const ttlMs = Math.max(2 * SECOND_MS, (30 * SECOND_MS) / scale);
  return {
    ttlMs,
    pauseMs: 2.5 * ttlMs,
    restartAfterMs: 2 * SECOND_MS,
    supervisorMs: SECOND_MS / 2,
    retries: { attempts: 8, pauseMs: SECOND_MS / scale, pauseMsMax: (30 * SECOND_MS) / scale },
    patienceMs: 10 * SECOND_MS + (1_800 * SECOND_MS) / scale,
  };
};
