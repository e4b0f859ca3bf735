/** Every route of the API, by name. */
import type { FastifyPluginAsync } from 'fastify';
import type { HttpParts } from './parts.ts';
import authentication from './plugins/authentication.ts';
import loadShedding from './plugins/load-shedding.ts';
import rateLimits from './plugins/rate-limits.ts';
import about from './routes/about.ts';
import acquire from './routes/acquire.ts';
import attempts from './routes/attempts.ts';
import discard from './routes/discard.ts';
import events from './routes/events.ts';
import fence from './routes/fence.ts';
import heartbeats from './routes/heartbeats.ts';
import inspect from './routes/inspect.ts';
import list from './routes/list.ts';
import metrics from './routes/metrics.ts';
import listReplies from './routes/list-replies.ts';
import listSessionReplies from './routes/list-session-replies.ts';
import park from './routes/park.ts';
import readReply from './routes/read-reply.ts';
import release from './routes/release.ts';
import renew from './routes/renew.ts';
import replay from './routes/replay.ts';
import revoke from './routes/revoke.ts';
import yieldAsked from './routes/yield.ts';

/** What asks for the key: all that stands under `/v1`, and the metrics. */
export const api: FastifyPluginAsync<HttpParts> = async (app, parts) => {
  // Before anything else is done for a request.
  if (parts.sheds) await app.register(loadShedding, parts);
  await app.register(authentication, parts);
  await app.register(rateLimits, parts);
  await app.register(about, parts);
  await app.register(acquire, parts);
  await app.register(renew, parts);
  await app.register(heartbeats, parts);
  await app.register(release, parts);
  await app.register(inspect, parts);
  await app.register(list, parts);
  await app.register(yieldAsked, parts);
  await app.register(revoke, parts);
  await app.register(fence, parts);
  await app.register(park, parts);
  await app.register(listReplies, parts);
  await app.register(listSessionReplies, parts);
  await app.register(readReply, parts);
  await app.register(attempts, parts);
  await app.register(replay, parts);
  await app.register(discard, parts);
  await app.register(events, parts);
  await app.register(metrics, parts);
};
