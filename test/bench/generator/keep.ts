/** Many leases, told by their numbers: taking them, and keeping them by heartbeats. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { UnexpectedAnswerError, withConnections, type Answer, type Connection, type Request } from './connection.ts';
import { acquireRequest, countHeld, heartbeatsRequest, leaseIdOf, sessionKey, type Named } from './lease-requests.ts';
import type { ResultOf, Task } from './tasks.ts';

const REPEAT_AFTER_MS = 100;
/** Whoever has not had an answer after so many times does not get one. */
const REPEATS_MAX = 20;

type TaskOf<K extends Task['kind']> = Extract<Task, { kind: K }>;

const numbered = ({ prefix, leaseIdBase }: { readonly prefix: string; readonly leaseIdBase: string }, number: number): Named => ({
  session: sessionKey(prefix, number),
  leaseId: leaseIdOf(leaseIdBase, number),
});

/** A heartbeat is answered lease by lease, and may have no verdict for some of them. */
const isVerdict = ({ status, body }: Answer): boolean => status !== 503 && !body.includes('"status":"unknown"');

/** Asks again while the store does not answer in time, as the SDK does: a disk may stop for seconds. Each time is told to `onRepeat`. */
export const askUntilAnswered = async (connection: Pick<Connection, 'ask'>, request: Request, onRepeat: () => void): Promise<Answer> => {
  for (let repeats = 0; ; repeats += 1) {
    const answer = await connection.ask(request);
    if (isVerdict(answer) || repeats === REPEATS_MAX) return answer;
    onRepeat();
    await sleep(REPEAT_AFTER_MS);
  }
};

export const fill = (task: TaskOf<'fill'>): Promise<ResultOf<TaskOf<'fill'>>> =>
  withConnections(task.baseUrl, task.connections, async (opened) => {
    const startMs = performance.now();
    let taken = 0;
    let repeated = 0;
    const taking = opened.map(async (connection) => {
      while (taken < task.leases) {
        const request = acquireRequest(numbered(task, task.first + taken++), { ttlMs: task.ttlMs });
        const { status, body } = await askUntilAnswered(connection, request, () => (repeated += 1));
        // What was granted to a request whose answer was lost is told to its repetition with 200.
        if (status !== 201 && status !== 200) throw new UnexpectedAnswerError(`an acquire was answered ${status}: ${body}`);
      }
    });
    await Promise.all(taking);
    return { taken, repeated, elapsedMs: performance.now() - startMs };
  });

/** The moments of a round's requests: as far apart as they can be. */
export const planned = (requests: number, everyMs: number): number[] => Array.from({ length: requests }, (_, request) => (request * everyMs) / requests);

/** Each connection takes the next request of the plan when it is free, so a service that cannot keep up shows in the lateness. */
export const keep = (task: TaskOf<'keep'>): Promise<ResultOf<TaskOf<'keep'>>> =>
  withConnections(task.baseUrl, task.connections, async (opened) => {
    const { first, leases, batch, everyMs } = task;
    const plan = planned(Math.ceil(leases / batch), everyMs);
    const startMs = performance.now();
    const sentLateMs: number[] = [];
    const answeredLateMs: number[] = [];
    let next = 0;
    let lost = 0;
    let repeated = 0;
    const serve = async (connection: Connection): Promise<void> => {
      while (next < plan.length) {
        const request = next++;
        const dueMs = startMs + plan[request]!;
        const numbers = Array.from({ length: Math.min(batch, leases - request * batch) }, (_, index) => first + request * batch + index);
        const heartbeats = heartbeatsRequest(numbers.map((number) => numbered(task, number)));
        await sleep(Math.max(0, dueMs - performance.now()));
        sentLateMs.push(performance.now() - dueMs);
        const answer = await askUntilAnswered(connection, heartbeats, () => (repeated += 1));
        answeredLateMs.push(performance.now() - dueMs);
        // Not `lost += numbers.length - countHeld(await …)`: that adds to what `lost` was before the wait.
        lost += numbers.length - countHeld(answer);
      }
    };
    await Promise.all(opened.map(serve));
    // A round is as long as it was planned, though its last request comes earlier.
    await sleep(Math.max(0, startMs + everyMs - performance.now()));
    return { requests: plan.length, lost, repeated, sentLateMs, answeredLateMs, elapsedMs: performance.now() - startMs };
  });
