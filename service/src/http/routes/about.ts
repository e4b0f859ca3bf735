/** `GET /v1`: what this service is, and its limits. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import fp from 'fastify-plugin';
import * as rules from '../../session/limits.ts';
import { BODY_BYTES_MAX, HEARTBEATS_BODY_BYTES_MAX, PARK_BODY_BYTES_MAX } from '../limits.ts';
import { ANY } from '../operation-errors.ts';
import type { HttpParts } from '../parts.ts';
import { noQuery } from '../schemas/parameters.ts';
import { ref } from '../schemas/ref.ts';
import type { About } from '../schemas/service-answers.ts';

const FEATURES = ['leases', 'waiting', 'heartbeats', 'yield', 'fence', 'replies', 'events'] as const;

const schema = {
  operationId: 'describeService',
  summary: 'Describe the service',
  description: 'Name, version, features, its store with the risks that are run there, and every limit.',
  tags: ['service'],
  querystring: noQuery,
  response: { 200: ref<About>('About', 'The service.') },
};
const errors = ANY;

const aboutRoute: FastifyPluginAsyncTypebox<Pick<HttpParts, 'store' | 'bounds' | 'version' | 'eventStreamsMax'>> = async (app, { store, bounds, version, eventStreamsMax }) => {
  const about: Omit<About, 'store'> = {
    name: 'holdfast',
    version,
    features: FEATURES,
    storeId: store.storeId,
    limits: {
      ttlMsMin: bounds.ttlMsMin,
      ttlMsMax: bounds.ttlMsMax,
      waitMsMax: rules.WAIT_MS_MAX,
      maxHoldMsMax: rules.MAX_HOLD_MS_MAX,
      graceMsMax: rules.GRACE_MS_MAX,
      waitersMax: rules.WAITERS_MAX,
      heartbeatsMax: rules.HEARTBEATS_MAX,
      sessionKeyBytesMax: rules.SESSION_KEY_BYTES_MAX,
      holderCharsMax: rules.NAME_CHARS_MAX,
      reasonCharsMax: rules.REASON_CHARS_MAX,
      metadataBytesMax: rules.METADATA_BYTES_MAX,
      bodyBytesMax: BODY_BYTES_MAX,
      heartbeatsBodyBytesMax: HEARTBEATS_BODY_BYTES_MAX,
      parkBodyBytesMax: PARK_BODY_BYTES_MAX,
      payloadBytesMax: rules.PAYLOAD_BYTES_MAX,
      payloadDepthMax: rules.PAYLOAD_DEPTH_MAX,
      repliesMax: rules.REPLIES_MAX,
      repliesBytesMax: rules.REPLIES_BYTES_MAX,
      replyIdCharsMax: rules.REPLY_ID_CHARS_MAX,
      contentTypeCharsMax: rules.CONTENT_TYPE_CHARS_MAX,
      errorBytesMax: rules.ATTEMPT_ERROR_BYTES_MAX,
      expiresInMsMax: rules.REPLY_LIFE_MS_MAX,
      retryAfterMsMax: rules.RETRY_AFTER_MS_MAX,
      listLimitMax: rules.LIST_LIMIT_MAX,
      eventsKeptMax: rules.EVENTS_KEPT_MAX,
      eventStreamsMax,
    },
  };

  app.get('/v1', { schema, config: { errors, scopes: [], budget: 'read' } }, async () => ({ ...about, store: { kind: store.kind, acceptedRisks: store.acceptedRisks } }));
};

export default fp(aboutRoute, { name: 'about-route', dependencies: ['schemas', 'problems', 'authentication'] });
