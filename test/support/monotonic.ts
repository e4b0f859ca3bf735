/**
 * The machine's monotonic clock, in milliseconds. All processes of one machine share it, so what two of them noted can be
 * compared. `performance.now()` cannot: it counts from the start of its own process.
 */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;
