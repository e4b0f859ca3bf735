/** `GET /v1/events`: what happens to sessions, as it happens. */
import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import fp from 'fastify-plugin';
import type { LoggedEvent } from '../../session/event-log.ts';
import { eventText, openingText, resetText } from '../event-format.ts';
import { EventStream } from '../event-stream.ts';
import { EventStreams } from '../event-streams.ts';
import { ANY } from '../operation-errors.ts';
import type { HttpParts } from '../parts.ts';
import { eventsQuery } from '../schemas/parameters.ts';

const example = eventText({
  id: 'k3f9a1-42',
  session: 'agent:main:feishu:group:oc_1' as LoggedEvent['session'],
  event: { type: 'granted', holder: 'gateway-2/pid 71', fencingToken: 1_760_000_000_000_001 as LoggedEvent['event']['fencingToken'], waitedMs: 0 },
});

const schema = {
  operationId: 'watchEvents',
  summary: 'Watch events',
  description:
    'Server-sent events: `granted`, `ended`, `waiting`, `left`, `yield-asked`, `parked`, `reply-state`, each with `data: {session, holder, fencingToken, waitedMs?, endedBecause?, heldForMs?, replyId?, state?}`; renewals give none. `waiting`, `left` and `yield-asked` carry the name of the lease holder, whoever caused them. `parked` and `reply-state` have `replyId` and the new `state`, and carry holder and fencing token of whoever parked the reply; never its payload. A reader that comes back with `Last-Event-ID` gets what it missed; where that is not known any more, an event `reset` comes first. The stream opens with an id to come back with. Comments keep it alive. It ends soon after its key was revoked. A reader that falls too far behind is cut off.',
  tags: ['events'],
  querystring: eventsQuery,
  headers: Type.Object({
    'Last-Event-ID': Type.Optional(Type.String({ maxLength: 128, description: 'The id of the last event that was read, such as `k3f9a1-41`.' })),
  }),
  response: {
    200: Type.Unsafe<EventStream>({
      description: 'A stream of events, until either side closes it.',
      content: { 'text/event-stream': { schema: { type: 'string' }, example } },
    }),
  },
};
const errors = [...ANY, 'streams-full', 'shutting-down'] as const;

const eventsRoute: FastifyPluginAsyncTypebox<Pick<HttpParts, 'events' | 'clock' | 'access' | 'eventStreamsMax'>> = async (app, { events, clock, access, eventStreamsMax }) => {
  const streams = new EventStreams(clock, eventStreamsMax);
  app.addHook('preClose', async () => streams.close());

  app.get('/v1/events', { schema, config: { errors, scopes: ['lease', 'read'], budget: 'read' }, exposeHeadRoute: false }, async (request, reply) => {
    streams.checkRoom();
    const { prefix = '', holder } = request.query;
    const matches = ({ session, event }: LoggedEvent): boolean => session.startsWith(prefix) && (holder === undefined || event.holder === holder);

    const lastEventId = request.headers['Last-Event-ID'] ?? request.headers['last-event-id'];
    const replay = typeof lastEventId === 'string' && lastEventId !== '' ? events.since(request.namespace, lastEventId) : { complete: true, events: [] };
    // The opening id is where the replay begins, so that a break in its midst loses nothing.
    const resumesFrom = replay.complete && replay.events.length > 0 ? (lastEventId as string) : events.lastId;
    const stream = new EventStream(openingText(resumesFrom) + (replay.complete ? '' : resetText(events.lastId)));
    for (const logged of replay.events) if (matches(logged)) stream.offer(logged);
    // A stream has no end of its own: its key may be revoked meanwhile.
    const isAllowed = (): boolean => access.isInForce(request.access);
    const unwatch = events.watch(request.namespace, (logged) => {
      if (matches(logged) && isAllowed()) stream.offer(logged);
    });
    streams.add(stream, { onClose: unwatch, isAllowed });

    reply.header('content-type', 'text/event-stream').header('cache-control', 'no-store').header('x-accel-buffering', 'no');
    return reply.send(stream);
  });
};

export default fp(eventsRoute, { name: 'events-route', dependencies: ['problems', 'strict-query', 'authentication'] });
