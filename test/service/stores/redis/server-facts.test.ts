// What is read of a server's answers, and what is made of a question that it refuses.
import { ReplyError, type Redis } from 'ioredis';
import t from 'tap';
import { factsOf, readServerFacts, type ServerAnswers } from '../../../../service/src/stores/redis/server-facts.ts';

const SERVER_ANSWER = [
  '# Server', 'redis_version:7.0.15', 'redis_mode:standalone', '# Memory', 'maxmemory_policy:allkeys-lru', '# Persistence', 'loading:0', 'aof_enabled:1',
  '# Replication', 'role:master', 'connected_slaves:2', 'slave0:ip=127.0.0.1,port=1,state=online', '# Cluster', 'cluster_enabled:0', '',
].join('\r\n');

const NOTHING_SET = { 'maxmemory-policy': undefined, appendonly: undefined, appendfsync: undefined, 'no-appendfsync-on-rewrite': undefined };
const ALL_SET = { 'maxmemory-policy': 'noeviction', appendonly: 'no', appendfsync: 'everysec', 'no-appendfsync-on-rewrite': 'yes' };
const answers = (more: Partial<ServerAnswers>): ServerAnswers => ({ info: SERVER_ANSWER, clusterInfo: undefined, clientInfo: 'id=3 addr=127.0.0.1:1 sub=0 db=4 multi=-1', settings: ALL_SET, ...more });

t.test('the settings of this moment are believed before the summary', async (t) => {
  t.strictSame(factsOf(answers({})), {
    version: '7.0.15',
    isValkey: false,
    runId: undefined,
    mode: 'standalone',
    clusterSize: undefined,
    role: 'master',
    replicas: 2,
    evictionPolicy: 'noeviction',
    appendOnly: false,
    appendFsync: 'everysec',
    noFsyncOnRewrite: true,
    db: 4,
  });
});

t.test('where CONFIG is forbidden the summary says what it can, and the rest is unknown', async (t) => {
  t.match(factsOf(answers({ settings: NOTHING_SET })), { evictionPolicy: 'allkeys-lru', appendOnly: true, appendFsync: undefined, noFsyncOnRewrite: undefined });
});

t.test('a Valkey, a cluster, and a server that says nothing', async (t) => {
  const valkey = 'redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.0.1\r\nserver_mode:cluster\r\nrole:slave\r\n';
  t.match(factsOf(answers({ info: valkey, clusterInfo: 'cluster_state:ok\r\ncluster_size:3\r\n' })), { version: '7.2.4', isValkey: true, mode: 'cluster', clusterSize: 3, role: 'slave', replicas: undefined });
  const silent = factsOf({ info: undefined, clusterInfo: undefined, clientInfo: undefined, settings: NOTHING_SET });
  t.strictSame(Object.values(silent).filter((fact) => fact !== undefined && fact !== false), []);
});

const refusing = (refused: RegExp, error: Error): Redis => {
  const answer = async (name: string, given: unknown): Promise<unknown> => {
    if (refused.test(name)) throw error;
    return given;
  };
  const call = (...words: string[]): Promise<unknown> => answer(words.join(' '), words[0] === 'CONFIG' ? [words[2], 'always'] : 'id=1 db=0 x=1');
  return { info: () => answer('INFO', SERVER_ANSWER), call } as unknown as Redis;
};

t.test('a refused question leaves its fact unknown, and a lost connection is no answer', async (t) => {
  const noPermission = new ReplyError("NOPERM this user has no permissions to run the 'config|get' command");
  t.match(await readServerFacts(refusing(/CONFIG/, noPermission)), { version: '7.0.15', evictionPolicy: 'allkeys-lru', appendFsync: undefined, db: 0 });
  t.match(await readServerFacts(refusing(/INFO/, noPermission)), { version: undefined, role: undefined, appendFsync: 'always', db: undefined });
  await t.rejects(readServerFacts(refusing(/CLIENT/, new Error('Connection is closed.'))), /closed/);
});
