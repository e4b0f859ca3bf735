/** compose.yaml names what there is, gives each service settings that it takes, and has three services alike behind the balancer. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readInvocation } from '../../service/src/config.ts';
import { filledIn, needs, readComposeFile, type ComposeService } from '../support/compose-file.ts';
import { readDockerfile, variablesOf } from '../support/dockerfile.ts';
import { root } from '../support/source-files.ts';

const KEY = 'a-key-for-this-test-and-no-other';
const compose = readComposeFile({ HOLDFAST_API_KEY: KEY });
const services = Object.entries(compose.services);
const ours = services.filter(([, { build }]) => build !== undefined);
const THREE = ['holdfast-1', 'holdfast-2', 'holdfast-3'];
const imageVariables = variablesOf(readDockerfile(readFileSync(join(root, 'Dockerfile'), 'utf8')).at(-1)!);

const settingsOf = ({ environment }: ComposeService): ReturnType<typeof readInvocation> => readInvocation([], { ...imageVariables, ...environment }, () => '');

t.test('it names what there is', async (t) => {
  t.strictSame(services.map(([name]) => name), ['redis', 'holdfast', ...THREE, 'balancer']);
  for (const [name, service] of services) {
    for (const needed of needs(service)) t.ok(compose.services[needed], `${name} needs ${needed}`);
    for (const network of service.networks ?? []) t.ok(network in compose.networks, `${name} is in the network ${network}`);
    t.ok(service.networks?.includes('holdfast'), `${name} reaches the others`);
    for (const volume of service.volumes ?? []) {
      const [source = ''] = volume.split(':');
      t.ok(source.startsWith('.') ? existsSync(join(root, source)) : source in compose.volumes, `${name} has ${source}`);
    }
    for (const port of service.ports ?? []) t.match(port, /^127\.0\.0\.1:\d+:\d+$/, `${name} is reached from this machine alone`);
  }
  for (const [, { build }] of ours) t.ok(existsSync(join(root, build!, 'Dockerfile')));
});

t.test('each service is given settings that it takes, the Redis of the file, and a key', async (t) => {
  for (const [name, service] of ours) {
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

t.test('variables are filled in, and missed', async (t) => {
  t.equal(filledIn('a ${KEY:?why} b', { KEY: 'x' }), 'a x b');
  t.throws(() => filledIn('${KEY:?why}', { KEY: '' }), /^KEY: why$/);
});
