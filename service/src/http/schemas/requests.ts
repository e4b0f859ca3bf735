/** The bodies of requests. Members that are not named here are refused. */
import { Type, type Static } from '@fastify/type-provider-typebox';
import { HEARTBEATS_MAX } from '../../session/limits.ts';
import type { TtlBounds } from '../limits.ts';
import { background, by, graceMs, holder, leaseId, maxHoldMs, maxWaiters, metadata, plainKey, reason, ttlMs, waitMs } from './fields.ts';

const strict = { additionalProperties: false } as const;

const yieldWish = Type.Object(
  { reason: Type.Optional(reason), graceMs: Type.Optional(graceMs) },
  { ...strict, description: 'Ask whoever holds the session to give it up.' },
);

export const acquireRequest = (bounds: TtlBounds) =>
  Type.Object(
    {
      holder,
      ttlMs: Type.Optional(ttlMs(bounds)),
      waitMs: Type.Optional(waitMs),
      maxWaiters: Type.Optional(maxWaiters),
      background: Type.Optional(background),
      maxHoldMs: Type.Optional(maxHoldMs),
      yieldRequest: Type.Optional(yieldWish),
      metadata: Type.Optional(metadata),
    },
    { ...strict, $id: 'AcquireRequest', examples: [{ holder: 'gateway-2/pid 71', ttlMs: 30_000, waitMs: 0 }] },
  );

export const renewRequest = (bounds: TtlBounds) =>
  Type.Object(
    { ttlMs: Type.Optional(ttlMs(bounds)), metadata: Type.Optional(metadata) },
    { ...strict, $id: 'RenewRequest', examples: [{ ttlMs: 30_000, metadata: { draftMessageId: 'om_8f2' } }] },
  );

export const heartbeatsRequest = (bounds: TtlBounds) =>
  Type.Object(
    {
      leases: Type.Array(Type.Object({ session: plainKey, leaseId, ttlMs: Type.Optional(ttlMs(bounds)) }, strict), {
        maxItems: HEARTBEATS_MAX,
        description: 'The leases to renew. The answer has one result for each, in the same order.',
      }),
    },
    {
      ...strict,
      $id: 'HeartbeatsRequest',
      examples: [{ leases: [{ session: 'agent:main:feishu:group:oc_1', leaseId: 'q1sVb6cYz0aH3kJm8TnPxw' }] }],
    },
  );

export const yieldRequest = Type.Object(
  { by, reason: Type.Optional(reason), graceMs: Type.Optional(graceMs) },
  { ...strict, $id: 'YieldRequest', examples: [{ by: 'operator anna', reason: 'a newer message has arrived', graceMs: 10_000 }] },
);

export const revokeRequest = Type.Object(
  { by, reason },
  { ...strict, $id: 'RevokeRequest', examples: [{ by: 'operator anna', reason: 'the gateway is wedged' }] },
);

export type AcquireRequest = Static<ReturnType<typeof acquireRequest>>;
export type RenewRequest = Static<ReturnType<typeof renewRequest>>;
export type HeartbeatsRequest = Static<ReturnType<typeof heartbeatsRequest>>;
export type YieldRequest = Static<typeof yieldRequest>;
export type RevokeRequest = Static<typeof revokeRequest>;
