/** A million leases, held and kept alive by batched heartbeats for longer than they would live without: what that costs. */
import type { Bench } from '../bench.ts';
import { footprint } from '../footprint.ts';
import { drawLeaseIdBase } from '../generator/lease-requests.ts';
import type { ResultOf, Task } from '../generator/tasks.ts';
import type { Line, Measured } from '../line.ts';
import { mainThreadCpuMs, processCpuMs } from '../process-usage.ts';
import type { RedisServer } from '../processes/redis.ts';
import { median, quantile } from '../statistics.ts';
import { takeLeases, type Leases } from '../taking.ts';
import { HEARTBEATS_EACH } from './batches.ts';

const LEASES = 1_000_000;
const CONNECTIONS = 64;
const GATEWAYS = 8;
/** What two cores keep up with beside the generator of the load. A lease is renewed after a third of it, as the SDK does. */
const TTL_MS = 300_000;
const EVERY_MS = TTL_MS / 3;
/** Together longer than a TTL, so that none lives because it was taken late. */
const ROUNDS = 4;
/** Room for what moves in any heap, not for anything of a lease. */
const AIM_SERVICE_BYTES = 16;

type TaskOf<K extends Task['kind']> = Extract<Task, { kind: K }>;

interface Round extends ResultOf<TaskOf<'keep'>> {
  /** Parts of one core. */
  readonly serviceCpu: number;
  readonly redisCpu: number;
  readonly redisMainThread: number;
}

interface Held {
  readonly heap: number;
  readonly resident: number;
  readonly redis: number;
}

const heldNow = async ({ holdfast }: Bench, redis: RedisServer): Promise<Held> => ({ ...(await footprint(holdfast)), redis: await redis.usedBytes() });

const keepOnce = async ({ generator, holdfast }: Bench, redis: RedisServer, leases: Leases): Promise<Round> => {
  const cpuMs = () => Promise.all([processCpuMs(holdfast.pid), processCpuMs(redis.pid), mainThreadCpuMs(redis.pid)]);
  const startMs = performance.now();
  const before = await cpuMs();
  const result = await generator.run({ ...leases, kind: 'keep', connections: GATEWAYS, first: 0, leases: LEASES, batch: HEARTBEATS_EACH, everyMs: EVERY_MS });
  const after = await cpuMs();
  const part = (who: 0 | 1 | 2): number => (after[who] - before[who]) / (performance.now() - startMs);
  return { ...result, serviceCpu: part(0), redisCpu: part(1), redisMainThread: part(2) };
};

const linesOf = (rounds: readonly Round[], before: Held, after: Held): Line[] => {
  const each = (value: (round: Round) => number): number[] => rounds.map(value);
  const perLease = (kind: keyof Held): number[] => [(after[kind] - before[kind]) / LEASES];
  return [
    { figure: `leases of ${LEASES.toLocaleString('en')} that were lost`, unit: '', aim: { is: 'exactly', value: 0 }, runs: each(({ lost }) => lost) },
    { figure: '  heartbeats', unit: 'requests/s', runs: each(({ requests, elapsedMs }) => (1000 * requests) / elapsedMs) },
    { figure: '  heartbeats repeated, the store not answering in time', unit: 'requests', runs: each(({ repeated }) => repeated) },
    { figure: '  renewals', unit: 'leases/s', runs: each(({ elapsedMs }) => (1000 * LEASES) / elapsedMs) },
    { figure: '  heartbeat answered after its planned moment, median', unit: 'ms', runs: each(({ answeredLateMs }) => median(answeredLateMs)) },
    { figure: '    99th percentile', unit: 'ms', runs: each(({ answeredLateMs }) => quantile(answeredLateMs, 0.99)) },
    { figure: '    latest', unit: 'ms', runs: each(({ answeredLateMs }) => quantile(answeredLateMs, 1)) },
    { figure: '  service', unit: '% of a core', runs: each(({ serviceCpu }) => 100 * serviceCpu) },
    { figure: '  Redis', unit: '% of a core', runs: each(({ redisCpu }) => 100 * redisCpu) },
    { figure: '    of it the main thread', unit: '% of a core', runs: each(({ redisMainThread }) => 100 * redisMainThread) },
    { figure: '  memory a lease, Redis', unit: 'bytes', runs: perLease('redis') },
    { figure: 'memory a lease, service, live heap', unit: 'bytes', aim: { is: 'at-most', value: AIM_SERVICE_BYTES }, runs: perLease('heap') },
    { figure: '  resident', unit: 'bytes', runs: perLease('resident') },
  ];
};

/** Measured on an instance that is inspected. */
export const measureMillion = async (bench: Bench): Promise<Measured> => {
  const { redis } = bench.deployment;
  if (!redis) throw new Error('there is no Redis to measure');
  const { baseUrl } = bench.holdfast;
  // As with the memory of fewer leases: code, scripts and buffers are there before anything is measured.
  await bench.generator.run({ kind: 'batches', baseUrl, connections: 1, leases: HEARTBEATS_EACH, durationMs: 3_000, prefix: bench.newPrefix() });
  const leases = { baseUrl, prefix: bench.newPrefix(), leaseIdBase: drawLeaseIdBase() };
  const before = await heldNow(bench, redis);
  const onPart = (count: number, elapsedMs: number): void =>
    bench.progress(`million: ${count.toLocaleString('en')} leases taken, the last of them in ${(elapsedMs / 1000).toFixed(1)} s`);
  const taken = await takeLeases(bench, { leases, count: LEASES, connections: CONNECTIONS, ttlMs: TTL_MS, onPart });
  const rounds: Round[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    rounds.push(await keepOnce(bench, redis, leases));
    bench.progress(`million: round ${round} of ${ROUNDS}, ${rounds.at(-1)!.lost} leases lost`);
  }
  const after = await heldNow(bench, redis);
  const fields = await redis.fields();
  const mib = (bytes: number): string => `${Math.round(bytes / 2 ** 20).toLocaleString('en')} MiB`;
  return {
    lines: linesOf(rounds, before, after),
    remarks: [
      `million: TTL ${TTL_MS / 1000} s, each lease renewed every ${EVERY_MS / 1000} s, ${HEARTBEATS_EACH} with a request; taken one by one over HTTP in ${(taken.elapsedMs / 1000).toFixed(0)} s, ${Math.round((1000 * LEASES) / taken.elapsedMs).toLocaleString('en')} a second, ${taken.repeated} requests repeated because the store had not answered in time.`,
      `million, at the end: Redis ${mib(after.redis)} used, ${mib(Number(fields.get('used_memory_rss')))} resident, append-only file ${mib(Number(fields.get('aof_current_size')))}, rewritten ${fields.get('aof_rewrites')} times; service ${mib(after.heap)} of live heap (${mib(before.heap)} before), ${mib(after.resident)} resident (${mib(before.resident)} before).`,
    ],
  };
};
