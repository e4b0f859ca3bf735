/** `@holdfast/client`: keeps a session's lease while a chat turn runs, retries and back-off included. */
export { LeaseClient } from './lease-client.ts';
export type { Lease } from './lease.ts';
export * from './errors.ts';
export * from './reply-errors.ts';
export { SpoolError, SpoolFullError } from './spool/errors.ts';
export type { Courier } from './courier/courier.ts';
export type { CourierOptions } from './courier/options.ts';
export type { CommitContext, DeliverContext, ReplyHandlers } from './replies/handlers.ts';
export type { ClassifyDelivery } from './replies/delivery-outcome.ts';
export type { InterveneOptions, ListRepliesOptions, ParkOptions } from './replies/options.ts';
export type { Replies } from './replies/replies.ts';
export type { ParkedReply, ReplyState, ReplyView, StoredReply } from './replies/views.ts';
export type { EarlierDecision, EarlierReply, GenerateContext, TurnHandlers, TurnOptions, TurnResult } from './turn/options.ts';
export type {
  AcquireOptions,
  AdoptOptions,
  CloseOptions,
  ExportedLease,
  LeaseClientOptions,
  ListOptions,
  RevokeOptions,
  YieldOptions,
} from './options.ts';
export type { FenceVerdict, LeaseView, Metadata, Previous, Renewed, Revoked, SessionView, YieldAsked, YieldRequest } from './views.ts';
export type { Attempt, RetryOptions } from './retry.ts';
export type { ReleaseOutcome } from './departures.ts';
export type { WaitersListener, YieldListener } from './notices.ts';
export type { Clock, Now, Timer } from './clock.ts';
export type { RandomBytes, RandomFraction } from './chance.ts';
export type { Logger } from './logger.ts';
export type { OpenPool } from './endpoints.ts';
export type { AcquireMessage, DeliverMessage, LostMessage, ParkMessage, RenewMessage, StaleMessage } from './diagnostics.ts';
