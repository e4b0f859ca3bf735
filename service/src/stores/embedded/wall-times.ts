/** Times that outlive a restart: written as wall times, read back on the monotonic clock of another process. */
import type { Now } from '../../clock.ts';

const wallMs = (now: Now): number => Math.floor(now.wallUs / 1000);

/** A time of the monotonic clock, as a wall time. */
export const toWall = (monoMs: number, now: Now): number => wallMs(now) + (monoMs - now.monoMs);

/** A wall time in the past or the future, on the monotonic clock. */
const toMono = (atWallMs: number, now: Now): number => now.monoMs + (atWallMs - wallMs(now));

/** The same for what has happened: however the wall clock was set since, it was not after now. */
export const pastToMono = (atWallMs: number, now: Now): number => Math.min(toMono(atWallMs, now), now.monoMs);

/** The same for what is to come, and can be no further away than `spanMsMax`: a wall clock that was set back must not put it off. */
export const futureToMono = (atWallMs: number, spanMsMax: number, now: Now): number => Math.min(toMono(atWallMs, now), now.monoMs + spanMsMax);
