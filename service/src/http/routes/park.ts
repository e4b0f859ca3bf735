/** `PUT /v1/replies/{session}/{replyId}`: keep a finished reply until it is delivered. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import fp from 'fastify-plugin';
import { REPLY_LIFE_MS_DEFAULT } from '../../session/limits.ts';
import type { FencingToken, ReplyId } from '../../session/types.ts';
import { PARK_BODY_BYTES_MAX } from '../limits.ts';
import { ANY, BODY, SESSION, STORE } from '../operation-errors.ts';
import type { HttpParts } from '../parts.ts';
import { checkedPayload, JSON_CONTENT_TYPE } from '../payload.ts';
import { refusalError } from '../refusals.ts';
import { noQuery, replyParams } from '../schemas/parameters.ts';
import { ref } from '../schemas/ref.ts';
import type { Reply } from '../schemas/reply-answers.ts';
import type { ParkRequest } from '../schemas/reply-requests.ts';
import { keyOfPath } from '../session-key.ts';

const schema = {
  operationId: 'parkReply',
  summary: 'Park a reply',
  description:
    'Keeps a finished reply, durably, until it is delivered, dead or discarded. It needs no live lease: a holder that lost its lease parks under the fencing token that it had. Safe to repeat: the same payload and content type (the same compact JSON, its members in the same order) under the same id are the same reply, which keeps its first token and terms; only `committed` may rise.',
  tags: ['replies'],
  params: replyParams,
  querystring: noQuery,
  body: ref<ParkRequest>('ParkRequest'),
  response: { 200: ref<Reply>('Reply', 'The same reply was parked before; this is what became of it.'), 201: ref<Reply>('Reply', 'Parked.') },
};
const errors = [...ANY, ...SESSION, ...BODY, 'payload-too-large', 'reply-id-reused', 'fencing-token-unknown', 'replies-full', 'quota-exceeded', ...STORE] as const;

const parkRoute: FastifyPluginAsyncTypebox<Pick<HttpParts, 'leases' | 'hashPayload'>> = async (app, { leases, hashPayload }) => {
  app.put('/v1/replies/:session/:replyId', { schema, config: { errors, scopes: ['replies'], budget: 'replies' }, bodyLimit: PARK_BODY_BYTES_MAX }, async (request, reply) => {
    const key = keyOfPath(request.params.session);
    const { fencingToken, holder, sequence, committed = false, contentType = JSON_CONTENT_TYPE, reason, expiresInMs = REPLY_LIFE_MS_DEFAULT } = request.body;
    const payload = checkedPayload(request.body.payload, contentType);
    const parked = await leases.park(
      { namespace: request.namespace, key },
      {
        replyId: request.params.replyId as ReplyId,
        fencingToken: fencingToken as FencingToken,
        holder,
        sequence,
        committed,
        contentType,
        reason,
        expiresInMs,
        payloadHash: hashPayload(contentType, payload.text),
        payloadBytes: payload.bytes,
        payload: payload.text,
      },
    );
    if (parked.kind !== 'parked') throw refusalError(parked);
    reply.code(parked.repeated ? 200 : 201);
    return { session: key, ...parked.reply };
  });
};

export default fp(parkRoute, { name: 'park-route', dependencies: ['schemas', 'problems', 'json-body', 'authentication'] });
