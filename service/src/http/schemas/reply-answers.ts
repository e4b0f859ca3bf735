/** The bodies of successful answers about replies. Only one of them has a payload. */
import { Type, type Static } from '@fastify/type-provider-typebox';
import { fencingToken, plainKey, span } from './fields.ts';
import { ref } from './ref.ts';
import { attempts, committed, contentType, payload, payloadBytes, replyId, replyState, sequence } from './reply-fields.ts';

const members = {
  session: plainKey,
  replyId,
  fencingToken,
  sequence: Type.Optional(sequence),
  holder: Type.String({ description: 'Who parked it.', examples: ['gateway-2/pid 71'] }),
  state: replyState,
  committed,
  attempts,
  maybeDelivered: Type.Boolean({ description: 'An earlier attempt may have arrived. A repeat goes out under the same reply id.' }),
  dueInMs: Type.Optional(span('While it is undelivered: when the courier may attempt it. The live holder need not wait for it.')),
  parkedMsAgo: span('How long ago it was parked.'),
  expiresInMs: Type.Optional(span('While it is undelivered: when it will be dead.')),
  settledMsAgo: Type.Optional(span('How long ago it became dead, delivered or superseded.')),
  lastError: Type.Optional(Type.String({ description: 'What went wrong with the last attempt that said so.' })),
  reason: Type.Optional(Type.String({ description: 'Why it is in its state.' })),
  payloadBytes,
  contentType,
};

const example = {
  session: 'agent:main:feishu:group:oc_1',
  replyId: 'turn-42',
  fencingToken: 1_760_000_000_000_001,
  holder: 'gateway-2/pid 71',
  state: 'parked',
  committed: false,
  attempts: 0,
  maybeDelivered: false,
  dueInMs: 0,
  parkedMsAgo: 0,
  expiresInMs: 86_400_000,
  reason: 'the lease was lost',
  payloadBytes: 32,
  contentType: 'application/json',
};

export const reply = Type.Object(members, { $id: 'Reply', examples: [example] });

export type Reply = Static<typeof reply>;

export const replyWithPayload = Type.Object(
  { ...members, payload: Type.Optional(payload) },
  {
    $id: 'ReplyWithPayload',
    description: 'A delivered reply has no payload any more.',
    examples: [{ ...example, payload: { text: 'Here is what I found.' } }],
  },
);

export const replyList = Type.Object(
  {
    replies: Type.Array(ref<Reply>('Reply')),
    nextCursor: Type.Optional(Type.String({ description: 'Present when there may be more. A page may be short, or empty, and still have it.' })),
  },
  { $id: 'ReplyList', examples: [{ replies: [example] }] },
);

export type ReplyWithPayload = Static<typeof replyWithPayload>;
export type ReplyList = Static<typeof replyList>;
