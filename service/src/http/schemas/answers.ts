/** The bodies of successful answers about leases. Members of an outcome that are not named here are not sent. */
import { Type, type Static } from '@fastify/type-provider-typebox';
import { endedBecause, fencingToken, grantedTtlMs, metadata, parkedReplies, plainKey, remainingMs, renewAfterMs, span, waitersCount } from './fields.ts';

const holder = Type.String({ description: 'The holder of the lease.', examples: ['gateway-2/pid 71'] });
const session = plainKey;
const TOKEN = 1_760_000_000_000_001;
const SESSION = 'agent:main:feishu:group:oc_1';
const HOLDER = 'gateway-2/pid 71';

const previous = Type.Object(
  { holder, fencingToken, endedBecause, endedMsAgo: span('How long ago it ended.'), metadata: Type.Optional(metadata) },
  { description: 'The lease before this one. Absent means unknown, never unchanged.' },
);
const yieldAsked = Type.Object(
  {
    by: Type.String({ description: 'Who asked.' }),
    reason: Type.Optional(Type.String({ description: 'Why.' })),
    remainingMs: Type.Optional(span('With a grace: when the lease will end.')),
  },
  { description: 'The holder is asked to give the session up.' },
);

export const grant = Type.Object(
  {
    session,
    holder,
    fencingToken,
    ttlMs: grantedTtlMs,
    remainingMs,
    renewAfterMs,
    confirmWithinMs: Type.Optional(span('Present while the lease is an offer: renew it within this span, or it lapses.')),
    waitedMs: span('How long this request waited, by the clock of the store.'),
    parkedReplies,
    previous: Type.Optional(previous),
  },
  {
    $id: 'Grant',
    examples: [
      { session: SESSION, holder: HOLDER, fencingToken: TOKEN, ttlMs: 30_000, remainingMs: 30_000, renewAfterMs: 10_000, waitedMs: 0, parkedReplies: 0 },
    ],
  },
);

const renewalMembers = {
  fencingToken,
  ttlMs: grantedTtlMs,
  remainingMs,
  renewAfterMs,
  waiters: waitersCount,
  parkedReplies,
};

export const renewal = Type.Object(
  { ...renewalMembers, yieldRequest: Type.Optional(yieldAsked) },
  {
    $id: 'Renewal',
    examples: [{ fencingToken: TOKEN, ttlMs: 30_000, remainingMs: 30_000, renewAfterMs: 10_000, waiters: 0, parkedReplies: 0 }],
  },
);

export const heartbeatResults = Type.Object(
  {
    results: Type.Array(
      Type.Object({
        status: Type.Enum(['held', 'lost', 'not-found', 'unknown'], {
          type: 'string',
          description: '`held`: renewed. `lost`: it has ended. `not-found`: no such lease. `unknown`: no verdict, try again until the local deadline.',
        }),
        ...Type.Partial(Type.Object(renewalMembers)).properties,
        yieldRequest: Type.Optional(yieldAsked),
        currentToken: Type.Optional(fencingToken),
        endedBecause: Type.Optional(endedBecause),
        successor: Type.Optional(Type.Object({ holder }, { description: 'Who took over.' })),
      }),
      { description: 'One for each lease of the request, in its order. `held` has the members of a renewal, `lost` those of the problem `lease-lost`.' },
    ),
  },
  {
    $id: 'HeartbeatResults',
    examples: [
      {
        results: [
          { status: 'held', fencingToken: TOKEN, ttlMs: 30_000, remainingMs: 30_000, renewAfterMs: 10_000, waiters: 1, parkedReplies: 0 },
          { status: 'lost', fencingToken: TOKEN, endedBecause: 'expired', successor: { holder: 'gateway-1/pid 12' } },
        ],
      },
    ],
  },
);

const leaseMembers = {
  holder,
  fencingToken,
  ttlMs: grantedTtlMs,
  remainingMs,
  heldForMs: span('How long it has been held.'),
  lastRenewedMsAgo: span('How long ago it was renewed, or granted.'),
  metadata: Type.Optional(metadata),
  yieldRequest: Type.Optional(yieldAsked),
};

export const sessionState = Type.Object(
  {
    session,
    held: Type.Boolean({ description: 'Whether a lease is live. The members of the lease are present only then.' }),
    ...Type.Partial(Type.Object(leaseMembers)).properties,
    waiters: Type.Immutable(
      Type.Array(Type.Object({ holder, waitedMs: span('Since its ticket was taken.'), background: Type.Boolean() }), {
        description: 'Who waits, in the order in which they will be served.',
      }),
    ),
    parkedReplies,
    previous: Type.Optional(previous),
  },
  {
    $id: 'SessionState',
    examples: [
      {
        session: SESSION,
        held: true,
        holder: HOLDER,
        fencingToken: TOKEN,
        ttlMs: 30_000,
        remainingMs: 21_400,
        heldForMs: 68_600,
        lastRenewedMsAgo: 8_600,
        waiters: [{ holder: 'gateway-1/pid 12', waitedMs: 1_200, background: false }],
        parkedReplies: 0,
      },
    ],
  },
);

export const leaseList = Type.Object(
  {
    leases: Type.Array(Type.Object({ session, ...leaseMembers, waiters: waitersCount, parkedReplies }), { description: 'Live leases, in byte order of the session key.' }),
    nextCursor: Type.Optional(Type.String({ description: 'Present when there may be more. A page may be short, or empty, and still have it.' })),
  },
  {
    $id: 'LeaseList',
    examples: [
      {
        leases: [
          { session: SESSION, holder: HOLDER, fencingToken: TOKEN, ttlMs: 30_000, remainingMs: 21_400, heldForMs: 68_600, lastRenewedMsAgo: 8_600, waiters: 1, parkedReplies: 0 },
        ],
        nextCursor: 'YWdlbnQ6bWFpbjpmZWlzaHU6Z3JvdXA6b2NfMQ',
      },
    ],
  },
);

export const yieldAnswer = Type.Object(
  { session, holder, yieldRequest: yieldAsked },
  { $id: 'YieldAnswer', examples: [{ session: SESSION, holder: HOLDER, yieldRequest: { by: 'operator anna', reason: 'a newer message has arrived', remainingMs: 21_400 } }] },
);

export const revokeAnswer = Type.Object(
  { session, holder, fencingToken, endedBecause },
  { $id: 'RevokeAnswer', examples: [{ session: SESSION, holder: HOLDER, fencingToken: TOKEN, endedBecause: 'revoked' }] },
);

export const fenceVerdict = Type.Object(
  {
    session,
    verdict: Type.Enum(['current', 'ended', 'superseded', 'unknown'], { type: 'string', description: 'Right, or `unknown`.' }),
    stale: Type.Boolean({ description: 'True unless the token is the live one. `unknown` counts as stale.' }),
    currentToken: Type.Optional(fencingToken),
    endedBecause: Type.Optional(endedBecause),
  },
  { $id: 'FenceVerdict', examples: [{ session: SESSION, verdict: 'superseded', stale: true, currentToken: TOKEN + 1, endedBecause: 'expired' }] },
);

export type Grant = Static<typeof grant>;
export type Renewal = Static<typeof renewal>;
export type HeartbeatResults = Static<typeof heartbeatResults>;
export type HeartbeatResult = HeartbeatResults['results'][number];
export type SessionState = Static<typeof sessionState>;
export type LeaseList = Static<typeof leaseList>;
export type YieldAnswer = Static<typeof yieldAnswer>;
export type RevokeAnswer = Static<typeof revokeAnswer>;
export type FenceVerdict = Static<typeof fenceVerdict>;
