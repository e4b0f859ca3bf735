/** What a Redis says of itself. What it does not tell, or this user may not read, is undefined. */
import type { Redis } from 'ioredis';

export interface ServerFacts {
  /** As Redis numbers it; Valkey says which Redis it is compatible with. */
  readonly version: string | undefined;
  readonly isValkey: boolean;
  /** Of this run of this server: two addresses with one run id are one server. */
  readonly runId: string | undefined;
  /** `standalone`, `cluster` or `sentinel`. */
  readonly mode: string | undefined;
  /** Nodes of its cluster that have slots. */
  readonly clusterSize: number | undefined;
  readonly role: string | undefined;
  readonly replicas: number | undefined;
  readonly evictionPolicy: string | undefined;
  readonly appendOnly: boolean | undefined;
  readonly appendFsync: string | undefined;
  readonly noFsyncOnRewrite: boolean | undefined;
  /** The database that the connection is really in: ioredis stays in 0 where it could not select the one it was told. */
  readonly db: number | undefined;
}

/** The answers from which the facts are read; undefined where the user may not ask. */
export interface ServerAnswers {
  readonly info: string | undefined;
  readonly clusterInfo: string | undefined;
  readonly clientInfo: string | undefined;
  readonly settings: Readonly<Record<Setting, string | undefined>>;
}

const SETTINGS = ['maxmemory-policy', 'appendonly', 'appendfsync', 'no-appendfsync-on-rewrite'] as const;
type Setting = (typeof SETTINGS)[number];

const field = (text: string | undefined, name: string): string | undefined => new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(text ?? '')?.[1];
const count = (text: string | undefined): number | undefined => (text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined);
const isOn = (text: string | undefined, on: string): boolean | undefined => (text === undefined ? undefined : text === on);

export const factsOf = ({ info, clusterInfo, clientInfo, settings }: ServerAnswers): ServerFacts => ({
  version: field(info, 'redis_version'),
  isValkey: field(info, 'valkey_version') !== undefined,
  runId: field(info, 'run_id'),
  mode: field(info, 'redis_mode') ?? field(info, 'server_mode'),
  clusterSize: count(field(clusterInfo, 'cluster_size')),
  role: field(info, 'role'),
  replicas: count(field(info, 'connected_slaves')),
  evictionPolicy: settings['maxmemory-policy'] ?? field(info, 'maxmemory_policy'),
  appendOnly: isOn(settings.appendonly, 'yes') ?? isOn(field(info, 'aof_enabled'), '1'),
  appendFsync: settings.appendfsync,
  noFsyncOnRewrite: isOn(settings['no-appendfsync-on-rewrite'], 'yes'),
  db: count(/(?:^| )db=(\d+)/.exec(clientInfo ?? '')?.[1]),
});

/** An answer, or undefined where the server refuses the question: managed servers forbid some, older ones do not know them. */
const asked = async (answer: Promise<unknown>): Promise<unknown> => {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && error.name === 'ReplyError') return undefined;
    throw error;
  }
};

const text = (answer: unknown): string | undefined => (typeof answer === 'string' ? answer : undefined);

/** @throws the connection's error when it is lost meanwhile */
export const readServerFacts = async (redis: Redis): Promise<ServerFacts> => {
  const [info, clusterInfo, clientInfo, ...values] = await Promise.all([
    asked(redis.info()),
    asked(redis.call('CLUSTER', 'INFO')),
    asked(redis.call('CLIENT', 'INFO')),
    ...SETTINGS.map((name) => asked(redis.call('CONFIG', 'GET', name))),
  ]);
  const settings = Object.fromEntries(SETTINGS.map((name, nth) => [name, text((values[nth] as unknown[] | undefined)?.[1])])) as ServerAnswers['settings'];
  return factsOf({ info: text(info), clusterInfo: text(clusterInfo), clientInfo: text(clientInfo), settings });
};
