/** compose.yaml names what there is, gives each service settings that it takes, and has three services alike behind the balancer. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readInvocation } from '../../service/src/config.ts';
import { filledIn, needs, networksOf, readComposeFile, type ComposeService } from '../support/compose-file.ts';
import { readDockerfile, variablesOf } from '../support/dockerfile.ts';
import { root } from '../support/source-files.ts';

const KEY = 'a-key-for-this-test-and-no-other';
const compose = readComposeFile({ HOLDFAST_API_KEY: KEY });
const services = Object.entries(compose.services);
const ours = services.filter(([, { build }]) => build !== undefined);
const THREE = ['holdfast-1', 'holdfast-2', 'holdfast-3'];
const QUORUM = THREE.map((name) => `quorum-${name}`);
const QUORUM_REDIS = ['quorum-redis-1', 'quorum-redis-2', 'quorum-redis-3'];
const imageVariables = variablesOf(readDockerfile(readFileSync(join(root, 'Dockerfile'), 'utf8')).at(-1)!);

const settingsOf = ({ environment }: ComposeService): ReturnType<typeof readInvocation> => readInvocation([], { ...imageVariables, ...environment }, () => '');

t.test('it names what there is', async (t) => {
  t.strictSame(services.map(([name]) => name), ['redis', 'holdfast', ...THREE, 'balancer', ...QUORUM_REDIS, ...QUORUM, 'quorum-balancer']);
  for (const [name, service] of services) {
    for (const needed of needs(service)) t.ok(compose.services[needed], `${name} needs ${needed}`);
    for (const network of networksOf(service)) t.ok(network in compose.networks, `${name} is in the network ${network}`);
    t.strictSame(networksOf(service), [name.startsWith('quorum-') ? 'quorum' : 'holdfast'], `${name} reaches its own, and nobody else`);
    for (const volume of service.volumes ?? []) {
      const [source = ''] = volume.split(':');
      t.ok(source.startsWith('.') ? existsSync(join(root, source)) : source in compose.volumes, `${name} has ${source}`);
    }
    for (const port of service.ports ?? []) t.match(port, /^127\.0\.0\.1:\d+:\d+$/, `${name} is reached from this machine alone`);
  }
  for (const [, { build }] of ours) t.ok(existsSync(join(root, build!, 'Dockerfile')));
});

t.test('each service is given settings that it takes, the Redis of the file, and a key', async (t) => {
  for (const [name, service] of ours.filter(([name]) => !QUORUM.includes(name))) {
    const invocation = settingsOf(service);
    t.match(invocation, { kind: 'run', settings: { host: '0.0.0.0', port: 7420, store: { kind: 'redis', server: { host: 'redis', port: 6379, db: 0 } }, accepted: [], access: { kind: 'static', apiKey: KEY } } }, name);
    t.strictSame(service.depends_on, { redis: { condition: 'service_healthy' } }, `${name} waits for Redis`);
  }
  t.throws(() => readComposeFile({}), /^HOLDFAST_API_KEY: set it/, 'without a key compose says so and starts nothing');
  t.strictSame(compose.services['redis']!.ports, undefined, 'Redis, which has no password, has no port outside');
});

t.test('the profile "three" is three services alike, and a balancer that names all of them and them alone', async (t) => {
  const one = compose.services['holdfast-1']!;
  for (const name of THREE) t.strictSame(compose.services[name], one, name);
  t.strictSame({ ...one, profiles: undefined, ports: undefined }, { ...compose.services['holdfast'], profiles: undefined, ports: undefined }, 'like the one');
  const balancer = compose.services['balancer']!;
  t.strictSame([one.profiles, balancer.profiles, needs(balancer)], [['three'], ['three'], THREE]);
  const conf = readFileSync(join(root, balancer.volumes![0]!.split(':')[0]!), 'utf8');
  t.strictSame([...conf.matchAll(/^ *server (\S+):7420 /gm)].map(([, name]) => name), THREE);
  t.strictSame([...conf.matchAll(/^ *listen (\d+);/gm)].map(([, port]) => `127.0.0.1:${port}:${port}`), balancer.ports);
});

t.test('the profile "quorum" is three services over three Redis alike, each with a disk of its own, and a balancer that knows the services by the same names', async (t) => {
  const conf = readFileSync(join(root, 'docs/compose/nginx.conf'), 'utf8');
  for (const [nth, name] of QUORUM.entries()) {
    const service = compose.services[name]!;
    const servers = QUORUM_REDIS.map((host) => ({ host, port: 6379, db: 0 }));
    t.match(settingsOf(service), { kind: 'run', settings: { host: '0.0.0.0', port: 7420, store: { kind: 'quorum', servers }, accepted: [], access: { kind: 'static', apiKey: KEY } } }, name);
    t.strictSame([service.profiles, needs(service), service.networks], [['quorum'], QUORUM_REDIS, { quorum: { aliases: [THREE[nth]] } }]);
    t.strictSame({ ...service, networks: undefined }, { ...compose.services[QUORUM[0]!], networks: undefined }, 'alike');
  }
  const { command } = compose.services['redis']!;
  for (const name of QUORUM_REDIS) {
    const { profiles, volumes, ports, command: own } = compose.services[name]!;
    t.strictSame([profiles, volumes, ports, own], [['quorum'], [`${name}:/data`], undefined, command], name);
  }
  const balancer = compose.services['quorum-balancer']!;
  t.strictSame([balancer.profiles, needs(balancer), balancer.volumes, balancer.image], [['quorum'], QUORUM, compose.services['balancer']!.volumes, compose.services['balancer']!.image]);
  t.strictSame([...conf.matchAll(/^ *listen (\d+);/gm)].map(([, port]) => `127.0.0.1:7422:${port}`), balancer.ports);
});

t.test('variables are filled in, and missed', async (t) => {
  t.equal(filledIn('a ${KEY:?why} b', { KEY: 'x' }), 'a x b');
  t.throws(() => filledIn('${KEY:?why}', { KEY: '' }), /^KEY: why$/);
});
