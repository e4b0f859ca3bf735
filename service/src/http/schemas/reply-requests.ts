/** The bodies of requests about replies. Members that are not named here are refused. */
import { Type, type Static } from '@fastify/type-provider-typebox';
import { fencingToken, holder, reason } from './fields.ts';
import { attempt, committed, contentType, error, expiresInMs, outcome, payload, permanent, retryAfterMs, sequence } from './reply-fields.ts';

const strict = { additionalProperties: false } as const;

export const parkRequest = Type.Object(
  {
    fencingToken,
    holder,
    payload,
    sequence: Type.Optional(sequence),
    committed: Type.Optional(committed),
    contentType: Type.Optional(contentType),
    reason: Type.Optional(reason),
    expiresInMs: Type.Optional(expiresInMs),
  },
  {
    ...strict,
    $id: 'ParkRequest',
    examples: [{ fencingToken: 1_760_000_000_000_001, holder: 'gateway-2/pid 71', payload: { text: 'Here is what I found.' }, reason: 'the lease was lost' }],
  },
);

export const attemptRequest = Type.Object(
  {
    attempt,
    outcome,
    committed: Type.Optional(committed),
    error: Type.Optional(error),
    retryAfterMs: Type.Optional(retryAfterMs),
    permanent: Type.Optional(permanent),
  },
  { ...strict, $id: 'AttemptRequest', examples: [{ attempt: 1, outcome: 'sending', committed: true }] },
);

export const replayRequest = Type.Object({ reason }, { ...strict, $id: 'ReplayRequest', examples: [{ reason: 'the channel is back' }] });

export const discardRequest = Type.Object({ reason }, { ...strict, $id: 'DiscardRequest', examples: [{ reason: 'answered by hand' }] });

export type ParkRequest = Static<typeof parkRequest>;
export type AttemptRequest = Static<typeof attemptRequest>;
export type ReplayRequest = Static<typeof replayRequest>;
export type DiscardRequest = Static<typeof discardRequest>;
