/** Whether leases may be kept in a Redis, judged by what it says of itself: what stands in the way, and what the operator accepted by name. Pure. */
import type { AcceptedRisk } from '../../session/store.ts';
import type { ServerFacts } from './server-facts.ts';

/** The risks that can be accepted by name. */
export type RiskName = 'fsync' | 'failover';

export interface Judgement {
  /** Why this server is not used; each reads on after its address. */
  readonly refusals: readonly string[];
  /** What is run under an accepted name, on this very server. */
  readonly risks: readonly (AcceptedRisk & { readonly name: RiskName })[];
}

export interface Wanted {
  readonly accepted: readonly RiskName[];
  readonly db: number;
  /** A member of a quorum: what its majority promises rests on each of them, and no risk can be accepted. */
  readonly isMember?: boolean;
}

const OLDEST_MAJOR = 7;
const LUCK = 'S1, S2, S4 and S11 then rest on clocks and luck';

/** A weakness that may be accepted: what it is, how it is mended, and what it costs. */
interface Weakness {
  readonly name: RiskName;
  readonly is: string;
  readonly mend: string;
  readonly costs: string;
}

const APPEND_ONLY_ON = 'set "appendonly yes" and "appendfsync always" in redis.conf, or now with CONFIG SET appendonly yes and CONFIG SET appendfsync always';
const MAY_TAKE_BACK = 'may take back the newest grants and parked replies';

const fsyncWeakness = ({ appendOnly, appendFsync, noFsyncOnRewrite }: ServerFacts): Weakness | undefined => {
  const weakness = (is: string, mend: string, costs: string): Weakness => ({ name: 'fsync', is, mend, costs });
  if (appendOnly === false) {
    return weakness('it acknowledges what no append-only file has (appendonly no)', APPEND_ONLY_ON, `a stop of this Redis ${MAY_TAKE_BACK}, or all of them (appendonly no)`);
  }
  if (appendOnly === undefined || appendFsync === undefined) {
    return weakness(
      'whether it writes to its disk before it acknowledges cannot be read',
      'allow this user CONFIG GET (+config|get)',
      `a stop of this Redis ${MAY_TAKE_BACK}, since whether it syncs before it acknowledges cannot be read`,
    );
  }
  if (appendFsync !== 'always') {
    return weakness(
      `it writes to its disk after it acknowledges (appendfsync ${appendFsync})`,
      'set "appendfsync always" in redis.conf, or now with CONFIG SET appendfsync always',
      `a crash of this Redis's machine ${MAY_TAKE_BACK} (appendfsync ${appendFsync})`,
    );
  }
  if (noFsyncOnRewrite === true) {
    return weakness(
      'it does not sync while it rewrites its append-only file (no-appendfsync-on-rewrite yes)',
      'set "no-appendfsync-on-rewrite no" in redis.conf, or now with CONFIG SET no-appendfsync-on-rewrite no',
      `a crash of this Redis's machine during a rewrite of its file ${MAY_TAKE_BACK} (no-appendfsync-on-rewrite yes)`,
    );
  }
  return undefined;
};

const failoverWeakness = ({ role, replicas }: ServerFacts): Weakness | undefined => {
  if (role === 'slave' || replicas === 0) return undefined;
  if (replicas === undefined) {
    return { name: 'failover', is: 'whether it has replicas cannot be read', mend: 'allow this user INFO', costs: `the promotion of a replica ${MAY_TAKE_BACK}, and whether there is one cannot be read` };
  }
  const has = replicas === 1 ? 'a replica that could be promoted' : `${replicas} replicas that could be promoted`;
  return { name: 'failover', is: `it has ${has}, without the newest grants and replies`, mend: 'detach it with REPLICAOF NO ONE on its side', costs: `the promotion of a replica ${MAY_TAKE_BACK}` };
};

const isTooOld = (version: string): boolean => !(Number(/^(\d+)\./.exec(version)?.[1]) >= OLDEST_MAJOR);

const evictionRefusal = (policy: string | undefined): string | undefined => {
  if (policy === 'noeviction') return undefined;
  if (policy === undefined) return 'its maxmemory-policy cannot be read; allow this user INFO, or CONFIG GET (+config|get)';
  return `it may forget leases when memory is short (maxmemory-policy ${policy}); set "maxmemory-policy noeviction" in redis.conf, or now with CONFIG SET maxmemory-policy noeviction`;
};

/** What nothing can make good, in the order in which an operator would look. */
const refusalsOf = ({ version, mode, clusterSize, role, evictionPolicy, db }: ServerFacts, wanted: Wanted): string[] => {
  if (version === undefined) return ['it does not say what it is; allow this user INFO (+info)'];
  if (mode === 'sentinel') return ['it is a Sentinel; give the address of the Redis that it watches'];
  const refusals = [
    isTooOld(version) && `it is Redis ${version}, and Holdfast needs Redis 7.0 or newer, or Valkey`,
    mode === 'cluster' && (clusterSize !== 1 || wanted.isMember) && `it is part of a Redis Cluster of ${clusterSize ?? 'several'} nodes, and this store lives in one`,
    db !== wanted.db && (db !== undefined || wanted.db !== 0) && `it has no database ${wanted.db} for this user; give one that it has, such as 0`,
    role === 'slave' && 'it is a replica of another Redis; give the address of its primary',
    evictionRefusal(evictionPolicy),
  ];
  return refusals.filter((refusal) => refusal !== false && refusal !== undefined);
};

/** Judges a server. All that stands in the way is told at once. */
export const judgeServer = (facts: ServerFacts, wanted: Wanted): Judgement => {
  const refusals = refusalsOf(facts, wanted);
  // One that does not say what it is has said nothing of the rest either.
  if (facts.version === undefined || facts.mode === 'sentinel') return { refusals, risks: [] };
  const weaknesses = [fsyncWeakness(facts), failoverWeakness(facts)].filter((weakness) => weakness !== undefined);
  const isAccepted = ({ name }: Weakness): boolean => wanted.accepted.includes(name);
  const refused = weaknesses.filter((weakness) => !isAccepted(weakness));
  return {
    refusals: [...refusals, ...refused.map(({ name, is, mend }) => `${is}; ${mend}${wanted.isMember ? '' : `, or accept it with HOLDFAST_ACCEPT=${name}: ${LUCK}`}`)],
    risks: weaknesses.filter(isAccepted).map(({ name, costs }) => ({ name, cost: `${costs[0]!.toUpperCase()}${costs.slice(1)}: ${LUCK}.` })),
  };
};
