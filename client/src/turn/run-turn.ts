/** Puts the parts of one turn together, and runs it. */
import type { Assembly } from '../assembly.ts';
import type { Lease } from '../lease.ts';
import type { AcquireOptions, AdoptOptions, ExportedLease } from '../options.ts';
import type { DeliveryParts } from '../replies/delivery.ts';
import { mintReplyId } from '../replies/reply-id.ts';
import { EarlierReplies } from './earlier-replies.ts';
import { Generation } from './generation.ts';
import { Interruption } from './interruption.ts';
import type { TurnHandlers, TurnOptions, TurnResult } from './options.ts';
import { Turn } from './turn.ts';
import { TurnLease } from './turn-lease.ts';

/** What a turn needs of the client that it runs in. */
export interface TurnClient {
  readonly assembly: Assembly;
  readonly holder: string;
  acquire(session: string, options: AcquireOptions): Promise<Lease>;
  adopt(exported: ExportedLease, options: AdoptOptions): Promise<Lease>;
}

const REACQUISITIONS = 3;
const REACQUIRE_BASE_MS = 500;
const INTERRUPT_GRACE_MS = 10_000;

const acquireOptions = <R>({ waitMs, ttlMs, maxHoldMs, maxWaiters, metadata, progressTimeoutMs }: TurnOptions<R>): AcquireOptions =>
  Object.fromEntries(Object.entries({ waitMs, ttlMs, maxHoldMs, maxWaiters, metadata, progressTimeoutMs }).filter(([, value]) => value !== undefined));

const firstAcquire = <R>(options: TurnOptions<R>, signal: AbortSignal): AcquireOptions => ({
  ...acquireOptions(options),
  onHeld: options.onBusy ?? 'wait',
  ...(options.onBusy === 'interrupt' && { interrupt: { graceMs: INTERRUPT_GRACE_MS, ...options.interrupt } }),
  signal,
});

/**
 * @param target the session, or a lease that is held already and stays its owner's
 * @param signal ends the turn at its next step
 */
export const runTurn = async <R>(client: TurnClient, target: string | Lease, handlers: TurnHandlers<R>, options: TurnOptions<R>, signal: AbortSignal): Promise<TurnResult<R>> => {
  const { at } = client.assembly;
  if (typeof target !== 'string') return await at('run under the given lease', () => turnUnder(client, target, false, handlers, options, signal).run());
  const lease = await at('acquire', () => client.acquire(target, firstAcquire(options, signal)));
  return await at('run', () => turnUnder(client, lease, true, handlers, options, signal).run());
};

const turnUnder = <R>(client: TurnClient, given: Lease, isOurs: boolean, handlers: TurnHandlers<R>, options: TurnOptions<R>, signal: AbortSignal): Turn<R> => {
  const { at, clock, socketClock, random, randomBytes, logger, nesting, replies: calls, spool } = client.assembly;
  const { reacquisitions = REACQUISITIONS, reacquireBaseMs = REACQUIRE_BASE_MS, onLost = 'finish' } = options;
  const { session } = given;
  const lease = new TurnLease(
    {
      at,
      clock,
      random,
      logger,
      nesting,
      acquire: (ending) => client.acquire(session, { ...acquireOptions(options), reentrant: false, signal: ending }),
      adopt: client.adopt,
      signal,
      reacquisitions,
      reacquireBaseMs,
    },
    given,
    isOurs,
  );
  const delivery: DeliveryParts<R> = { calls, clock, logger, at, handlers, classify: options.classifyDelivery };
  const interruption = new Interruption({ clock, signals: [signal], abortOnLoss: onLost === 'abort' });
  return new Turn<R>({
    at,
    clock,
    logger,
    calls,
    spool,
    holder: client.holder,
    delivery,
    lease,
    generation: new Generation<R>({ at, clock, socketClock, random, logger, lease, interruption, generate: handlers.generate, onLost }),
    earlier: new EarlierReplies<R>({ at, delivery, lease, decide: options.parked, signal }),
    replyId: options.replyId ?? mintReplyId(randomBytes),
    mayBeKnown: options.replyId !== undefined,
    terms: { contentType: options.contentType, sequence: options.sequence, expiresInMs: options.expiresInMs },
    signal,
  });
};
