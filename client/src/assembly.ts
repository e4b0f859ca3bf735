/** Puts the parts of a client together. */
import { systemRandom, systemRandomBytes, type RandomBytes, type RandomFraction } from './chance.ts';
import { checkpoints, type At } from './checkpoint.ts';
import { systemClock, type Clock } from './clock.ts';
import type { AcquisitionParts } from './acquisition.ts';
import { Departures } from './departures.ts';
import { Endpoints, openPool } from './endpoints.ts';
import { EventStream } from './event-stream.ts';
import { Heartbeats } from './heartbeats.ts';
import { HeldLeases } from './held-leases.ts';
import { LeaseCalls } from './lease-calls.ts';
import { silentLogger, type Logger } from './logger.ts';
import { Nesting } from './nesting.ts';
import { checkClientOptions } from './option-checks.ts';
import type { LeaseClientOptions } from './options.ts';
import { ReplyCalls } from './replies/reply-calls.ts';
import { SessionCalls } from './session-calls.ts';
import { Spool } from './spool/spool.ts';
import { ownHeaders } from './own-headers.ts';
import { Transport } from './transport.ts';

const REQUEST_TIMEOUT_MS = 5_000;
// The service sends a comment every 15 s; a stream that is silent for three of them is dead.
const STREAM_IDLE_MS_MAX = 45_000;

/** What a client consists of. */
export interface Assembly {
  readonly acquisition: AcquisitionParts;
  readonly clock: Clock;
  readonly socketClock: Clock;
  readonly random: RandomFraction;
  readonly randomBytes: RandomBytes;
  readonly logger: Logger;
  readonly at: At;
  readonly transport: Transport;
  readonly heartbeats: Heartbeats;
  readonly stream: EventStream | undefined;
  readonly departures: Departures;
  readonly held: HeldLeases;
  readonly nesting: Nesting;
  readonly sessions: SessionCalls;
  readonly calls: LeaseCalls;
  readonly replies: ReplyCalls;
  readonly spool: Spool | undefined;
}

/** @throws InvalidRequestError names the option that is wrong */
export const assemble = (options: LeaseClientOptions): Assembly => {
  checkClientOptions(options);
  const { clock = systemClock, logger = silentLogger, random = systemRandom, randomBytes = systemRandomBytes } = options;
  const { holder, apiKey, traceparent, requestTimeoutMs = REQUEST_TIMEOUT_MS } = options;
  const baseUrls = options.baseUrls ?? (options.baseUrl === undefined ? [] : [options.baseUrl]);
  const endpoints = new Endpoints(baseUrls, options.openPool ?? openPool);
  const transport = new Transport({ endpoints, clock, socketClock: systemClock, own: ownHeaders(apiKey, traceparent) });
  const repeats = { exchange: transport, clock, random, closed: transport.closed };

  const departures = new Departures({ ...repeats, logger, withinMs: requestTimeoutMs });
  const heartbeats = new Heartbeats({ exchange: transport, clock, random, logger });
  const stream = options.events === false ? undefined : new EventStream({
    open: (lastEventId, signal) => {
      const path = `/v1/events?${new URLSearchParams({ holder })}`;
      const headers = { accept: 'text/event-stream', ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) };
      return transport.open({ method: 'GET', path, purpose: 'events', signal }, headers, STREAM_IDLE_MS_MAX);
    },
    clock,
    random,
    logger,
    onEvent: (event) => held.onEvent(event),
    onGap: () => held.lookAtAll(),
  });
  const held = new HeldLeases({ clock, logger, heartbeats, stream });
  const nesting = new Nesting();
  const sessions = new SessionCalls({ ...repeats, holder, requestTimeoutMs });
  const storeId = (): string | undefined => transport.storeId;
  const calls = new LeaseCalls({ ...repeats, socketClock: systemClock, logger, heartbeats, departures, nesting, sessions, requestTimeoutMs, storeId });
  const replies = new ReplyCalls({ ...repeats, holder, requestTimeoutMs });
  const spool = options.spoolFolder === undefined ? undefined : new Spool(options.spoolFolder, { clock, logger, storeId });
  const at = checkpoints(options.onCheckpoint);
  const acquisition = { ...repeats, randomBytes, departures, requestTimeoutMs };
  const machine = { clock, socketClock: systemClock, random, randomBytes, logger, at };
  return { ...machine, acquisition, transport, heartbeats, stream, departures, held, nesting, sessions, calls, replies, spool };
};
