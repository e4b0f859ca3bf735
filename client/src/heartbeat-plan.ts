/** When which lease is renewed. Pure. */
import { roundJitterMs } from './backoff.ts';

/** What one request carries at most. */
export const BATCH_MAX = 1_000;
/** Renewals are sent up to this part of their interval early, so that clients that began together drift apart. */
const JITTER_PART = 0.2;
/** Whoever is due within this part of its interval goes along with those that are due now: one request instead of two. */
const SOON_PART = 0.25;
/** What events and late progress ask for is renewed at most this often. */
const ASKED_GAP_MS = 100;
const FAILURE_PAUSE_MS = 100;
const FAILURE_PAUSE_MS_MAX = 2_000;
const ATTEMPT_MS_MIN = 250;
const ATTEMPT_MS_MAX = 2_500;

/** The place of one lease in the plan. */
export interface Beat {
  /** On the monotonic clock; Infinity for one that is not due by itself. */
  dueAtMs: number;
  intervalMs: number;
  lastSentMs: number;
  failures: number;
  inFlight: boolean;
}

/** When a renewal that was answered has to be followed by the next. */
export const dueAfterAnswer = (sentMs: number, renewAfterMs: number, fraction: number): number =>
  sentMs + Math.max(ASKED_GAP_MS, renewAfterMs * (1 - JITTER_PART * fraction));

/**
 * When a renewal that failed is tried again: at once where another endpoint has not been asked in this round; else soon, later each time, and several times
 * before the deadline.
 * @param failures with this one
 */
export const dueAfterFailure = (nowMs: number, failures: number, leftMs: number, fraction: number, endpoints = 1): number =>
  nowMs + Math.min(roundJitterMs(failures - 1, endpoints, FAILURE_PAUSE_MS, FAILURE_PAUSE_MS_MAX, fraction), Math.max(leftMs / 4, 1));

/** When a renewal that something asks for is sent: at once, or a little after the one before. */
export const dueWhenAsked = (nowMs: number, lastSentMs: number): number => Math.max(nowMs, lastSentMs + ASKED_GAP_MS);

/** How long an attempt may take: the first of several that must fit before the earliest deadline. */
export const attemptMs = (leftMs: number): number => Math.min(ATTEMPT_MS_MAX, Math.max(ATTEMPT_MS_MIN, leftMs / 3));

/** Who goes into the requests that are sent now: nobody, unless somebody is due. */
export const pickBatch = <B extends Beat>(beats: readonly B[], nowMs: number): B[] => {
  const ready = beats.filter((beat) => !beat.inFlight);
  if (!ready.some(({ dueAtMs }) => dueAtMs <= nowMs)) return [];
  return ready.filter(({ dueAtMs, intervalMs, failures }) => dueAtMs <= nowMs + (failures === 0 ? intervalMs * SOON_PART : 0));
};

export const inChunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));

/** When the plan has to be looked at again; Infinity when nothing in it is due by itself. */
export const nextLookMs = (beats: readonly Beat[]): number =>
  beats.reduce((earliest, { dueAtMs, inFlight }) => (inFlight ? earliest : Math.min(earliest, dueAtMs)), Infinity);
