// What a Redis must be, what may be accepted by name, and what each word to the operator says.
import t from 'tap';
import { judgeServer, type Judgement, type RiskName } from '../../../../service/src/stores/redis/server-checks.ts';
import type { ServerFacts } from '../../../../service/src/stores/redis/server-facts.ts';

const RIGHT: ServerFacts = {
  version: '7.0.0',
  isValkey: false,
  runId: 'a'.repeat(40),
  mode: 'standalone',
  clusterSize: undefined,
  role: 'master',
  replicas: 0,
  evictionPolicy: 'noeviction',
  appendOnly: true,
  appendFsync: 'always',
  noFsyncOnRewrite: false,
  db: 0,
};

const judge = (facts: Partial<ServerFacts>, accepted: readonly RiskName[] = [], db = 0): Judgement => judgeServer({ ...RIGHT, ...facts }, { accepted, db });

const LUCK = 'S1, S2, S4 and S11 then rest on clocks and luck';

t.test('a primary without replicas that syncs before it answers is taken, and nothing is risked', async (t) => {
  t.strictSame(judge({}), { refusals: [], risks: [] });
  t.strictSame(judge({}, ['fsync', 'failover']), { refusals: [], risks: [] }, 'a risk that was accepted and is not there is not told of');
});

t.test('seven is the oldest Redis, and a Valkey says with which Redis it goes', async (t) => {
  for (const version of ['7.0.15', '7.4.1', '8.2.0', '10.0.0', '255.255.255']) t.strictSame(judge({ version }).refusals, [], version);
  t.strictSame(judge({ version: '7.2.4', isValkey: true }).refusals, []);
  for (const version of ['6.2.14', '5.0.9', '0.1.0', 'unstable', '']) {
    t.strictSame(judge({ version }, ['fsync', 'failover']).refusals, [`it is Redis ${version}, and Holdfast needs Redis 7.0 or newer, or Valkey`], version);
  }
});

t.test('eviction is never accepted', async (t) => {
  for (const evictionPolicy of ['allkeys-lru', 'volatile-ttl', 'allkeys-random']) {
    t.strictSame(judge({ evictionPolicy }, ['fsync', 'failover']), {
      refusals: [
        `it may forget leases when memory is short (maxmemory-policy ${evictionPolicy}); set "maxmemory-policy noeviction" in redis.conf, or now with CONFIG SET maxmemory-policy noeviction`,
      ],
      risks: [],
    });
  }
  t.strictSame(judge({ evictionPolicy: undefined }, ['fsync', 'failover']).refusals, ['its maxmemory-policy cannot be read; allow this user INFO, or CONFIG GET (+config|get)']);
});

t.test('whatever is acknowledged before it is on the disk is refused, or accepted as fsync', async (t) => {
  const cases: [what: string, facts: Partial<ServerFacts>, refusal: RegExp, cost: RegExp][] = [
    ['no file', { appendOnly: false }, /no append-only file has \(appendonly no\); set "appendonly yes" and "appendfsync always"/, /^A stop of this Redis may take back .* \(appendonly no\)/],
    ['once a second', { appendFsync: 'everysec' }, /after it acknowledges \(appendfsync everysec\); set "appendfsync always"/, /^A crash of this Redis's machine .*\(appendfsync everysec\)/],
    ['never', { appendFsync: 'no' }, /after it acknowledges \(appendfsync no\)/, /\(appendfsync no\)/],
    ['not during a rewrite', { noFsyncOnRewrite: true }, /while it rewrites .*; set "no-appendfsync-on-rewrite no"/, /during a rewrite/],
    ['unknown, whether at all', { appendOnly: undefined }, /cannot be read; allow this user CONFIG GET \(\+config\|get\)/, /cannot be read/],
    ['unknown, when', { appendFsync: undefined }, /cannot be read; allow this user CONFIG GET \(\+config\|get\)/, /cannot be read/],
  ];
  for (const [what, facts, refusal, cost] of cases) {
    const { refusals } = judge(facts, ['failover']);
    t.equal(refusals.length, 1, what);
    t.match(refusals[0], refusal, what);
    t.ok(refusals[0]!.endsWith(`, or accept it with HOLDFAST_ACCEPT=fsync: ${LUCK}`), what);
    const taken = judge(facts, ['fsync']);
    t.strictSame(taken.refusals, [], what);
    t.match(taken.risks, [{ name: 'fsync', cost }], what);
    t.ok(taken.risks[0]!.cost.endsWith(`: ${LUCK}.`), what);
  }
});

t.test('a replica that could be promoted is refused, or accepted as failover', async (t) => {
  t.strictSame(judge({ replicas: 1 }, ['fsync']).refusals, [
    `it has a replica that could be promoted, without the newest grants and replies; detach it with REPLICAOF NO ONE on its side, or accept it with HOLDFAST_ACCEPT=failover: ${LUCK}`,
  ]);
  t.match(judge({ replicas: 2 }).refusals, [/^it has 2 replicas that could be promoted/]);
  t.strictSame(judge({ replicas: 2 }, ['failover']), {
    refusals: [],
    risks: [{ name: 'failover', cost: `The promotion of a replica may take back the newest grants and parked replies: ${LUCK}.` }],
  });
  t.match(judge({ replicas: undefined }), { refusals: [/^whether it has replicas cannot be read; allow this user INFO, or accept it with HOLDFAST_ACCEPT=failover/] });
});

t.test('a replica is never a store', async (t) => {
  t.strictSame(judge({ role: 'slave', replicas: 3 }, ['fsync', 'failover']), { refusals: ['it is a replica of another Redis; give the address of its primary'], risks: [] });
});

t.test('the database is the one that was asked for', async (t) => {
  t.strictSame(judge({ db: 3 }, [], 3).refusals, []);
  t.strictSame(judge({ db: 0 }, [], 3).refusals, ['it has no database 3 for this user; give one that it has, such as 0']);
  t.strictSame(judge({ db: undefined }, [], 0).refusals, [], 'nobody has to select database 0');
  t.strictSame(judge({ db: undefined }, [], 3).refusals.length, 1, 'what cannot be seen is not believed');
});

t.test('one node is the whole store', async (t) => {
  t.strictSame(judge({ mode: 'cluster', clusterSize: 1 }).refusals, []);
  t.strictSame(judge({ mode: 'cluster', clusterSize: 3 }).refusals, ['it is part of a Redis Cluster of 3 nodes, and this store lives in one']);
  t.strictSame(judge({ mode: 'cluster' }).refusals, ['it is part of a Redis Cluster of several nodes, and this store lives in one']);
  t.strictSame(judge({ mode: 'sentinel', evictionPolicy: undefined, appendOnly: undefined }).refusals, ['it is a Sentinel; give the address of the Redis that it watches']);
});

t.test('all that is wrong is told at once, and nothing is guessed about one that says nothing', async (t) => {
  const { refusals, risks } = judge({ version: '6.0.0', role: 'slave', evictionPolicy: 'allkeys-lru', appendOnly: false, db: 0 }, [], 9);
  t.match(refusals, [/^it is Redis 6\.0\.0/, /^it has no database 9/, /^it is a replica/, /^it may forget/, /^it acknowledges what no/]);
  t.strictSame(risks, []);
  t.strictSame(judge({ version: undefined, role: undefined, replicas: undefined, evictionPolicy: undefined }), { refusals: ['it does not say what it is; allow this user INFO (+info)'], risks: [] });
});
