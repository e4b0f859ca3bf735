/** The bodies of answers about the service itself. */
import { Type, type Static } from '@fastify/type-provider-typebox';

const limit = (description: string) => Type.Integer({ minimum: 0, description });

const acceptedRisk = Type.Object({
  name: Type.String({ description: 'The name under which it was accepted.' }),
  cost: Type.String({ description: 'What it costs.' }),
});

export const about = Type.Object(
  {
    name: Type.String({ description: 'Always `holdfast`.' }),
    version: Type.String(),
    features: Type.Immutable(Type.Array(Type.String(), { description: 'What this version can do.' })),
    storeId: Type.String({ description: 'Names the state behind this instance. Instances of one service share it.' }),
    store: Type.Object({
      kind: Type.Enum(['embedded', 'redis', 'quorum'], { type: 'string', description: 'Where leases and replies live.' }),
      acceptedRisks: Type.Immutable(Type.Array(acceptedRisk, { description: 'Risks of this very store that its operator accepted by name.' })),
    }),
    limits: Type.Object({
      ttlMsMin: limit('Smallest TTL.'),
      ttlMsMax: limit('Largest TTL.'),
      waitMsMax: limit('Longest wait of one request.'),
      maxHoldMsMax: limit('Largest max hold.'),
      graceMsMax: limit('Largest grace of a yield request.'),
      waitersMax: limit('Waiters of one session.'),
      heartbeatsMax: limit('Leases in one heartbeat request.'),
      sessionKeyBytesMax: limit('Bytes of a session key.'),
      holderCharsMax: limit('Characters of a holder.'),
      reasonCharsMax: limit('Characters of a reason.'),
      metadataBytesMax: limit('Bytes of metadata, as JSON.'),
      bodyBytesMax: limit('Bytes of a body.'),
      heartbeatsBodyBytesMax: limit('Bytes of a heartbeat request.'),
      parkBodyBytesMax: limit('Bytes of a request that parks a reply.'),
      payloadBytesMax: limit('Bytes of the payload of a reply.'),
      payloadDepthMax: limit('Levels of the payload of a reply.'),
      repliesMax: limit('Undelivered and dead replies of one session.'),
      repliesBytesMax: limit('Bytes of their payloads together.'),
      replyIdCharsMax: limit('Characters of a reply id.'),
      contentTypeCharsMax: limit('Characters of a content type.'),
      errorBytesMax: limit('Bytes of the error of an attempt.'),
      expiresInMsMax: limit('Longest life of an undelivered reply.'),
      retryAfterMsMax: limit('Longest wait that an attempt may ask for.'),
      listLimitMax: limit('Leases or replies in one page of a listing.'),
      eventsKeptMax: limit('Events kept for those who reconnect.'),
      eventStreamsMax: limit('Event streams open at once.'),
    }),
  },
  {
    $id: 'About',
    examples: [
      {
        name: 'holdfast',
        version: '0.1.0',
        features: ['leases', 'waiting', 'heartbeats', 'yield', 'fence', 'replies', 'events'],
        storeId: 'st_5c1f9e0a7b34',
        store: { kind: 'embedded', acceptedRisks: [] },
        limits: {
          ttlMsMin: 1_000,
          ttlMsMax: 3_600_000,
          waitMsMax: 60_000,
          maxHoldMsMax: 604_800_000,
          graceMsMax: 3_600_000,
          waitersMax: 1_000,
          heartbeatsMax: 1_000,
          sessionKeyBytesMax: 512,
          holderCharsMax: 128,
          reasonCharsMax: 512,
          metadataBytesMax: 4_096,
          bodyBytesMax: 65_536,
          heartbeatsBodyBytesMax: 2_097_152,
          parkBodyBytesMax: 2_097_152,
          payloadBytesMax: 262_144,
          payloadDepthMax: 200,
          repliesMax: 1_000,
          repliesBytesMax: 16_777_216,
          replyIdCharsMax: 128,
          contentTypeCharsMax: 128,
          errorBytesMax: 2_048,
          expiresInMsMax: 604_800_000,
          retryAfterMsMax: 86_400_000,
          listLimitMax: 1_000,
          eventsKeptMax: 10_000,
          eventStreamsMax: 1_000,
        },
      },
    ],
  },
);

const check = Type.Object({
  name: Type.String({ description: 'What is checked.' }),
  ok: Type.Boolean(),
  detail: Type.Optional(Type.String({ description: 'What is wrong, or what an accepted risk costs.' })),
});

export const checks = Type.Immutable(Type.Array(check, { description: 'What readiness depends on.' }));

export const health = Type.Object({ status: Type.Enum(['ok'], { type: 'string' }) }, { $id: 'Health', examples: [{ status: 'ok' }] });

export const readiness = Type.Object(
  { status: Type.Enum(['ready'], { type: 'string' }), checks },
  { $id: 'Readiness', examples: [{ status: 'ready', checks: [{ name: 'store', ok: true }] }] },
);

export const problemKind = Type.Object(
  {
    code: Type.String(),
    status: Type.Integer({ description: 'The HTTP status that goes with it.' }),
    title: Type.String(),
    retryable: Type.Boolean({ description: 'Whether the same request may succeed later.' }),
  },
  {
    $id: 'ProblemKind',
    examples: [{ code: 'lease-held', status: 409, title: 'The session is leased to another holder.', retryable: true }],
  },
);

export type About = Static<typeof about>;
export type Health = Static<typeof health>;
export type Readiness = Static<typeof readiness>;
export type ProblemKind = Static<typeof problemKind>;
