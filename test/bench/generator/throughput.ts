/** Loads that are told as a rate. */
import { withConnections } from './connection.ts';
import { acquireRequest, checkHeld, heartbeatsRequest, leaseIdSource, releaseRequest, renewRequest, sessionKey, type Named } from './lease-requests.ts';
import { measureRate } from './rate.ts';
import type { ResultOf, Task } from './tasks.ts';

type TaskOf<K extends Task['kind']> = Extract<Task, { kind: K }>;

/** Pairs go round so many sessions on each connection: chats come back, but not a thousand times a second. */
const SESSIONS_A_CONNECTION = 256;
/** Every so many answers to a batch one is read to its end: reading all of them would measure the reader. */
const BATCHES_READ_EVERY = 16;

export const pairs = ({ baseUrl, connections, durationMs, prefix }: TaskOf<'pairs'>): Promise<ResultOf<TaskOf<'pairs'>>> => {
  const nextLeaseId = leaseIdSource();
  return withConnections(baseUrl, connections, (opened) =>
    measureRate(
      durationMs,
      opened.map((connection, index) => {
        let round = 0;
        return async () => {
          const session = sessionKey(prefix, index * SESSIONS_A_CONNECTION + (round++ % SESSIONS_A_CONNECTION));
          const lease = { session, leaseId: nextLeaseId() };
          await connection.expect(acquireRequest(lease), 201);
          await connection.expect(releaseRequest(lease), 204);
          return 1;
        };
      }),
    ),
  );
};

const leaseNames = (prefix: string, count: number, first = 0): Named[] => {
  const nextLeaseId = leaseIdSource();
  return Array.from({ length: count }, (_, index) => ({ session: sessionKey(prefix, first + index), leaseId: nextLeaseId() }));
};

export const renewals = ({ baseUrl, connections, durationMs, prefix }: TaskOf<'renewals'>): Promise<ResultOf<TaskOf<'renewals'>>> =>
  withConnections(baseUrl, connections, async (opened) => {
    const leases = leaseNames(prefix, connections);
    await Promise.all(opened.map((connection, index) => connection.expect(acquireRequest(leases[index]!), 201)));
    const turns = opened.map((connection, index) => {
      const request = renewRequest(leases[index]!);
      return () => connection.expect(request, 200).then(() => 1);
    });
    return measureRate(durationMs, turns);
  });

export const batches = ({ baseUrl, connections, durationMs, prefix, leases }: TaskOf<'batches'>): Promise<ResultOf<TaskOf<'batches'>>> =>
  withConnections(baseUrl, connections, async (opened) => {
    const owned = opened.map((_, index) => leaseNames(prefix, leases, index * leases));
    const taking = opened.map(async (connection, index) => {
      for (const lease of owned[index]!) await connection.expect(acquireRequest(lease), 201);
    });
    await Promise.all(taking);
    const turns = opened.map((connection, index) => {
      const request = heartbeatsRequest(owned[index]!);
      let round = 0;
      return async () => {
        if (round++ % BATCHES_READ_EVERY === 0) checkHeld(await connection.ask(request), leases);
        else await connection.expect(request, 200);
        return leases;
      };
    });
    return measureRate(durationMs, turns);
  });
