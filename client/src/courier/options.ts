/** What a courier is told, and what it is made of. All spans are in milliseconds. */
import type { RandomFraction } from '../chance.ts';
import type { At } from '../checkpoint.ts';
import type { Clock } from '../clock.ts';
import { InvalidRequestError } from '../errors.ts';
import type { Lease } from '../lease.ts';
import type { Logger } from '../logger.ts';
import type { AcquireOptions } from '../options.ts';
import type { ClassifyDelivery } from '../replies/delivery-outcome.ts';
import type { ReplyCalls } from '../replies/reply-calls.ts';
import type { Spool } from '../spool/spool.ts';

/** How a courier works. */
export interface CourierOptions {
  /** How many sessions it is at work on at a time, 1 to 1,000. Default 4. */
  readonly concurrency?: number;
  /** How often it asks for due replies while there are none, give or take a quarter; 10 to 3,600,000. Default 1,000. */
  readonly pollMs?: number;
  /** After this long the signal of a `commit` or a `deliver` is aborted; 1 to 3,600,000. One that goes on for 5,000 more is given up. Default 60,000. */
  readonly attemptTimeoutMs?: number;
  /** How long the sessions' leases live without a renewal. Default: the client's. */
  readonly ttlMs?: number;
  /** How long it may hold one session at a time, so that others get their turn. Default 600,000. */
  readonly maxHoldMs?: number;
  /** Tells how a delivery failed; `undefined` leaves it to the default. */
  readonly classifyDelivery?: ClassifyDelivery;
  /** Told what kept the courier from its work: the service is away, the API key is wrong, the spool's disk fails. It goes on trying. Failed deliveries are not among it. */
  readonly onError?: (error: unknown) => void;
}

export interface CourierParts {
  readonly calls: ReplyCalls;
  readonly clock: Clock;
  readonly random: RandomFraction;
  readonly logger: Logger;
  /** Undefined where the client has none. */
  readonly spool?: Spool | undefined;
  readonly at: At;
  readonly acquire: (session: string, options: AcquireOptions) => Promise<Lease>;
  /** Aborted when the client is closed. */
  readonly closed: AbortSignal;
}

/** The options with their defaults. */
export type CourierTerms = Required<Omit<CourierOptions, 'ttlMs' | 'classifyDelivery' | 'onError'>> & Pick<CourierOptions, 'ttlMs' | 'classifyDelivery' | 'onError'>;

const RANGES = { concurrency: [1, 1_000], pollMs: [10, 3_600_000], attemptTimeoutMs: [1, 3_600_000], maxHoldMs: [1_000, 604_800_000] } as const;

/** @throws InvalidRequestError names the option and its range */
export const courierTerms = (options: CourierOptions): CourierTerms => {
  const terms = { ...options, ...defaultsOf(options) };
  for (const [name, [min, max]] of Object.entries(RANGES)) {
    const value = terms[name as keyof typeof RANGES];
    if (!Number.isInteger(value) || value < min || value > max) throw new InvalidRequestError(`${name} must be an integer from ${min} to ${max}.`);
  }
  return terms;
};

const defaultsOf = ({ concurrency = 4, pollMs = 1_000, attemptTimeoutMs = 60_000, maxHoldMs = 600_000 }: CourierOptions) => ({
  concurrency,
  pollMs,
  attemptTimeoutMs,
  maxHoldMs,
});
