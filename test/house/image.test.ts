/** The Dockerfile keeps the house's rules, and each rule can tell a Dockerfile that does not. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { isSent } from '../support/dockerfile.ts';
import { root } from '../support/source-files.ts';
import { imageFaults } from './image-rules.ts';

const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
const dockerignore = readFileSync(join(root, '.dockerignore'), 'utf8');

t.test('the image keeps the rules', async (t) => {
  t.strictSame(imageFaults(dockerfile), []);
});

const SPOILT: [fault: RegExp, from: string | RegExp, to: string][] = [
  [/root/, 'USER 1000:1000', 'USER root'],
  [/root/, /^USER .*\n/m, ''],
  [/root/, 'USER 1000:1000', 'USER 0:0'],
  [/major version/, 'node:24-bookworm-slim\n', 'node:latest\n'],
  [/volume/, /^VOLUME .*\n/m, ''],
  [/health/, /^HEALTHCHECK[^]*?"\]\n/m, ''],
  [/process 1/, /^ENTRYPOINT .*/m, 'ENTRYPOINT npm start'],
  [/of its own/, /^USER/m, 'RUN chown -R node /app\nUSER'],
  [/working folder/, /^USER/m, 'COPY docs docs\nUSER'],
  [/ADD/, /^USER/m, 'ADD --chown=1000:1000 x.tar /app\nUSER'],
  [/history/, /^USER/m, 'ARG REGISTRY\nUSER'],
  [/secret/, 'HOLDFAST_PORT=7420', 'HOLDFAST_API_KEY=changeme'],
  [/development/, ' --omit=dev', ''],
  [/whole folder/, 'COPY service/src service/src', 'COPY . .'],
  [/two stages/, /^FROM [^]*?(?=^FROM)/m, ''],
];
for (const [fault, from, to] of SPOILT) {
  t.test(`the rules see: ${fault.source} (${to.split('\n')[0] || 'left out'})`, async (t) => {
    const spoilt = dockerfile.replace(from, to);
    t.not(spoilt, dockerfile, 'the sample was spoilt');
    const faults = imageFaults(spoilt);
    t.ok(faults.some((found) => fault.test(found)), faults.join('; '));
  });
}

t.test('only what the build needs is sent to it', async (t) => {
  for (const path of ['package.json', 'package-lock.json', 'service/src/main.ts', 'service/package.json', 'client/package.json']) {
    t.ok(isSent(path, dockerignore), `${path} is sent`);
  }
  for (const path of ['.git/config', '.env', 'holdfast.db', 'node_modules/x/y.js', 'keys.json', 'service/node_modules/x.js', 'service/holdfast.db']) {
    t.notOk(isSent(path, dockerignore), `${path} stays`);
  }
});

t.test('the rule for what is sent', async (t) => {
  t.ok(isSent('a', ''));
  t.notOk(isSent('a', '*'));
  t.ok(isSent('a/b', '*\n!a'));
  t.notOk(isSent('a/b', '*\n!a\na/b'));
  t.notOk(isSent('ab', '*\n!a'));
});
