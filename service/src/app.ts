/** Builds the HTTP service from its parts. It never listens: whoever wants that has the server. */
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { openAccess, type AccessControl } from './access/access.ts';
import type { Clock } from './clock.ts';
import { pages } from './dashboard/pages.ts';
import { api } from './http/api.ts';
import { auditTakeover } from './http/audit.ts';
import { RATES_DEFAULT, type Rates } from './http/budgets.ts';
import { EVENT_STREAMS_MAX, type TtlBounds } from './http/limits.ts';
import type { HttpParts } from './http/parts.ts';
import documentation from './http/plugins/documentation.ts';
import jsonBody from './http/plugins/json-body.ts';
import loopbackHosts from './http/plugins/loopback-hosts.ts';
import methodNotAllowed, { noteMethods } from './http/plugins/method-not-allowed.ts';
import problems from './http/plugins/problems.ts';
import schemas from './http/plugins/schemas.ts';
import silentConnections from './http/plugins/silent-connections.ts';
import storeHeader from './http/plugins/store-header.ts';
import strictQuery from './http/plugins/strict-query.ts';
import documentRoutes from './http/routes/document.ts';
import health from './http/routes/health.ts';
import problemKinds from './http/routes/problems.ts';
import { serverOptions, type ServerTls } from './http/server-options.ts';
import { MeasuredStore } from './metrics/measured-store.ts';
import { Metrics } from './metrics/metrics.ts';
import { EventLog } from './session/event-log.ts';
import { QUOTAS_DEFAULT } from './session/limits.ts';
import { LeaseService } from './session/service.ts';
import type { LeaseStore } from './session/store.ts';
import type { LeaseId, LeaseIdHash, PayloadHash } from './session/types.ts';
import type { Quotas } from './session/usage.ts';

export interface AppParts {
  readonly store: LeaseStore;
  readonly clock: Clock;
  /** Turns a lease id into what is kept of it. */
  readonly hashLeaseId: (leaseId: LeaseId) => LeaseIdHash;
  /** Tells payloads apart, with their content types; the payload is JSON text. Two that get the same hash are taken for the same reply. */
  readonly hashPayload: (contentType: string, payload: string) => PayloadHash;
  /** Unguessable, without `-`, and new for each start: it names this instance's connections, requests and events. */
  readonly instanceId: string;
  readonly bounds: TtlBounds;
  readonly version: string;
  /** Whose keys open the API; without it everybody may do everything. */
  readonly access?: AccessControl | undefined;
  /** What one key may send; the defaults unless given. */
  readonly rates?: Rates | undefined;
  /** What one namespace may have; the defaults unless given. */
  readonly quotas?: Quotas | undefined;
  /** To speak TLS with; plain HTTP without it. */
  readonly tls?: ServerTls | undefined;
  /** Where the lines of the log go; nowhere unless given. */
  readonly log?: FastifyBaseLogger | undefined;
  /**
   * Whether this app has the process for itself; false unless given. Then the metrics tell of the process as well, which they watch for as long as it lives,
   * and requests are refused while its event loop is late.
   */
  readonly isProcess?: boolean | undefined;
  /** How many event streams may be open at once; 1,000 unless given. */
  readonly eventStreamsMax?: number | undefined;
}

/**
 * Wires the store to the use cases and the use cases to HTTP. Closing the app answers whoever waits, ends the event
 * streams, and leaves the store to whoever opened it.
 */
export const buildApp = async (given: AppParts): Promise<FastifyInstance> => {
  const { clock, hashLeaseId, hashPayload, instanceId, bounds, version, access = openAccess, rates = RATES_DEFAULT, quotas = QUOTAS_DEFAULT, tls, log, isProcess = false, eventStreamsMax = EVENT_STREAMS_MAX } = given;
  const metrics = new Metrics(given.store, { ofProcess: isProcess });
  const store = new MeasuredStore({ store: given.store, metrics, clock });
  const leases = new LeaseService({ store, clock, instanceId, quotas });
  const events = new EventLog(instanceId);
  store.listen({
    onWake: (wake) => leases.wake(wake),
    onEvent: (name, event, isOwn) => {
      events.append(name, event);
      // Each is one instance's own: of several, one writes the line.
      if (isOwn && log) auditTakeover(log, name, event);
    },
  });
  const parts: HttpParts = { leases, events, store, metrics, clock, hashLeaseId, hashPayload, bounds, version, access, rates, sheds: isProcess, eventStreamsMax, lifecycle: { stopping: false } };

  const app = Fastify(serverOptions({ instanceId, storeId: store.storeId, tls }));
  // Told of a logger, Fastify would make one for each request and listen to each answer's end, and both cost more than
  // most requests do. So it is told of none: what we log goes through the app's own, and carries the request's id.
  if (log) app.log = log;
  app.addHook('preClose', async () => {
    parts.lifecycle.stopping = true;
    leases.stop();
  });

  await app.register(silentConnections);
  await app.register(storeHeader, parts);
  app.decorate('countRefusal', (code) => metrics.refused(code));
  await app.register(problems);
  await app.register(loopbackHosts, parts);
  await app.register(schemas, parts);
  await app.register(jsonBody);
  await app.register(strictQuery);
  await app.register(documentation, parts);

  await app.register(pages, { ...parts, isSecure: tls !== undefined });

  const noted = noteMethods(app);
  await app.register(documentRoutes);
  await app.register(health, parts);
  await app.register(problemKinds);
  await app.register(api, parts);
  await app.register(methodNotAllowed, { noted });
  return app;
};
