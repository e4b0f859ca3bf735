// The service over a real Redis that is not as it must be: what it is refused with.
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import t, { type Test } from 'tap';
import { oldRedis } from '../support/old-redis.ts';
import { serverFolder } from '../support/own-server.ts';
import { startRedisServer, type RedisServer } from '../support/redis-server.ts';
import { RunMain } from '../support/run-main.ts';
import { succeeding } from '../support/running.ts';
import { spawnService } from '../support/spawn-service.ts';
import { until } from '../support/until.ts';

t.setTimeout(240_000);

const LUCK = 'S1, S2, S4 and S11 then rest on clocks and luck';

/** What the service says as it refuses to start. */
const refusalOf = async (t: Test, store: string, env: Record<string, string> = {}): Promise<string> => {
  const run = new RunMain(t, [], { HOLDFAST_STORE: store, HOLDFAST_PORT: '0', HOLDFAST_LOG_LEVEL: 'info', ...env });
  t.equal(await run.ended, 1);
  t.equal(run.stdout, '');
  return run.stderr;
};

const set = (redis: RedisServer, settings: Readonly<Record<string, string>>): Promise<void> =>
  redis.ask(async (asked) => {
    for (const [name, value] of Object.entries(settings)) await asked.config('SET', name, value);
  });

const connectedReplicas = (redis: RedisServer): Promise<boolean> => redis.ask(async (asked: Redis) => /connected_slaves:[1-9]/.test(await asked.info('replication')));

/** A port of loopback on which nobody listens just now. */
const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

t.test('a port on which nobody listens', async (t) => {
  const port = await freePort();
  t.equal(await refusalOf(t, `redis://127.0.0.1:${port}`), `Cannot use redis://127.0.0.1:${port}/0: nothing listens there.\n`);
});

t.test('something that accepts connections and never answers', async (t) => {
  const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  t.teardown(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  t.equal(await refusalOf(t, `redis://127.0.0.1:${port}/3`), `Cannot use redis://127.0.0.1:${port}/3: it accepts connections and does not answer.\n`);
});

t.test('a Redis that is too old', async (t) => {
  const { port } = await oldRedis(t, '6.2.14');
  const refusal = await refusalOf(t, `redis://127.0.0.1:${port}`, { HOLDFAST_ACCEPT: 'fsync' });
  t.equal(refusal, `Cannot use redis://127.0.0.1:${port}/0: it is Redis 6.2.14, and Holdfast needs Redis 7.0 or newer, or Valkey.\n`);
});

t.test('no password, a wrong one, and the right one, which nobody is told', async (t) => {
  const redis = await startRedisServer(t);
  const place = `127.0.0.1:${redis.port}`;
  const shown = `redis://${place}/0`;
  await set(redis, { requirepass: 'sesame' });
  const [without, wrong] = await Promise.all([refusalOf(t, shown), refusalOf(t, `redis://:hunter2@${place}/0`)]);
  t.equal(without, `Cannot use ${shown}: it wants a password; give redis://:<password>@<host>, or redis://<user>:<password>@<host>.\n`);
  t.equal(wrong, `Cannot use ${shown}: it does not know this user with this password, or the user is disabled.\n`);
  const run = new RunMain(t, ['--log-level', 'trace'], { HOLDFAST_STORE: `redis://:sesame@${place}/0`, HOLDFAST_PORT: '0' });
  await until('it has started', () => run.baseUrl ?? (run.process.exitCode === null ? undefined : Promise.reject(new Error(run.stderr))), { withinMs: 60_000 });
  t.ok(run.stdout.includes(`keeps its leases in ${shown}\n`));
  run.process.kill('SIGTERM');
  t.equal(await run.ended, 0);
  t.notMatch(run.stdout + run.stderr, /sesame/);
});

t.test('a database that it does not have', async (t) => {
  const redis = await startRedisServer(t);
  const store = `redis://127.0.0.1:${redis.port}/99`;
  t.equal(await refusalOf(t, store), `Cannot use ${store}: it has no database 99 for this user; give one that it has, such as 0.\n`);
});

t.test('eviction, whatever is accepted, and everything else that is wrong beside it, a line each', async (t) => {
  const redis = await startRedisServer(t);
  await set(redis, { 'maxmemory-policy': 'allkeys-lru', appendfsync: 'everysec' });
  const eviction = `Cannot use ${redis.url}: it may forget leases when memory is short (maxmemory-policy allkeys-lru); set "maxmemory-policy noeviction" in redis.conf, or now with CONFIG SET maxmemory-policy noeviction.`;
  const fsync = `Cannot use ${redis.url}: it writes to its disk after it acknowledges (appendfsync everysec); set "appendfsync always" in redis.conf, or now with CONFIG SET appendfsync always, or accept it with HOLDFAST_ACCEPT=fsync: ${LUCK}.`;
  const [all, notAccepted] = await Promise.all([refusalOf(t, redis.url), refusalOf(t, redis.url, { HOLDFAST_ACCEPT: 'fsync,failover' })]);
  t.equal(all, `${eviction}\n${fsync}\n`);
  t.equal(notAccepted, `${eviction}\n`);
  t.equal(await redis.ask((asked) => asked.dbsize()), 0, 'a server that was refused is not written to');
});

t.test('a server that keeps no append-only file', async (t) => {
  const redis = await startRedisServer(t, { settings: ['--appendonly', 'no'] });
  t.match(await refusalOf(t, redis.url), /no append-only file has \(appendonly no\); set "appendonly yes" and "appendfsync always" in redis\.conf, .* accept it with HOLDFAST_ACCEPT=fsync: [^\n]*\.\n$/);
});

t.test('a replica, and a primary that has one', async (t) => {
  const primary = await startRedisServer(t);
  const replica = await startRedisServer(t, { settings: ['--replicaof', `127.0.0.1 ${primary.port}`] });
  await until('the replica is connected', () => connectedReplicas(primary), { everyMs: 100 });
  const refusals = await Promise.all([refusalOf(t, replica.url, { HOLDFAST_ACCEPT: 'fsync,failover' }), refusalOf(t, primary.url, { HOLDFAST_ACCEPT: 'fsync' })]);
  t.equal(refusals[0], `Cannot use ${replica.url}: it is a replica of another Redis; give the address of its primary.\n`);
  t.match(refusals[1], /: it has a replica that could be promoted, [^\n]*HOLDFAST_ACCEPT=failover: [^\n]*\.\n$/);
});

t.test('over TLS, with a certificate whose authority is known, and with one whose is not', async (t) => {
  const folder = serverFolder(t, 'tls');
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  await succeeding('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=a Redis', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate]);
  const port = await freePort();
  await startRedisServer(t, { settings: ['--tls-port', String(port), '--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate, '--tls-auth-clients', 'no'] });
  const store = `rediss://127.0.0.1:${port}/0`;
  const [untrusted, plain] = await Promise.all([refusalOf(t, store), refusalOf(t, store.replace('rediss:', 'redis:'))]);
  t.match(untrusted, /: its certificate is not trusted \(self-signed certificate\); NODE_EXTRA_CA_CERTS can name a file with its authority's\.\n$/);
  t.match(plain, /does it speak TLS/);
  const service = await spawnService(t, { store: { redis: store }, env: { NODE_EXTRA_CA_CERTS: certificate } });
  t.equal((await fetch(`${service.baseUrl}/readyz`)).status, 200);
});
