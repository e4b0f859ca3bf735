/** The import arrows of the design hold, and the rule that says so can tell a wrong one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { root, sourceFiles } from '../support/source-files.ts';
import { undeclared, wrongArrows } from './arrows.ts';

const isCode = (path: string): boolean => /^(service\/src|client\/src|client\/examples|demo|test|scripts)\/.*\.(ts|mjs)$/.test(path);

const code = sourceFiles(isCode);

t.test('arrows run one way', async (t) => {
  t.ok(code.some(({ path }) => path.startsWith('service/src/session/')), 'the sources were found');
  t.equal(wrongArrows(code).join('\n'), '');
});

for (const name of ['service', 'client']) {
  t.test(`the ${name} imports only packages that it declares`, async (t) => {
    const declared: { dependencies: Record<string, string> } = JSON.parse(readFileSync(join(root, name, 'package.json'), 'utf8'));
    const files = code.filter(({ path }) => path.startsWith(`${name}/src/`));
    t.equal(undeclared(files, Object.keys(declared.dependencies)).join('\n'), '');
  });
}

t.test('the client has one runtime dependency', async (t) => {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'client', 'package.json'), 'utf8'));
  t.strictSame(Object.keys(dependencies), ['undici']);
});

const BAD: [path: string, text: string][] = [
  ['service/src/session/grant.ts', `import { x } from '../http/problem.ts'`],
  ['service/src/session/grant.ts', `import { systemClock } from '../clock.ts'`],
  ['service/src/session/grant.ts', `import { readFileSync } from 'node:fs'`],
  ['service/src/session/grant.ts', `import ajv from 'ajv'`],
  ['service/src/http/routes/leases.ts', `import type { Row } from '../../stores/embedded/rows.ts'`],
  ['service/src/http/routes/leases.ts', `import { build } from '../../app.ts'`],
  ['service/src/stores/embedded/store.ts', `export { x } from '../../http/problem.ts'`],
  ['service/src/stores/embedded/store.ts', `const x = await import('../../http/problem.ts')`],
  ['service/src/stores/embedded/store.ts', `new Worker(new URL('../../http/problem.ts', import.meta.url))`],
  ['service/src/app.ts', `import { open } from './stores/embedded/store.ts'`],
  ['service/src/main.ts', `import { build } from '../../test/support/fake-clock.ts'`],
  ['client/src/lease.ts', `import type { Lease } from '../../service/src/session/types.ts'`],
  ['client/src/lease.ts', `type Lease = import('../../service/src/session/types.ts').Lease`],
  ['client/examples/turn.ts', `import { x } from '../../test/support/fake-clock.ts'`],
  ['demo/main.ts', `import { x } from '../test/support/fake-clock.ts'`],
  ['somewhere/else.ts', ``],
];
for (const [path, text] of BAD) {
  t.test(`a wrong arrow is seen: ${path} ${text}`, async (t) => {
    t.equal(wrongArrows([{ path, text }]).length, 1);
  });
}

const GOOD: [path: string, text: string][] = [
  ['service/src/session/grant.ts', `import type { Now } from '../clock.ts'\nimport { x } from './types.ts'`],
  ['service/src/http/routes/leases.ts', `import Fastify from 'fastify'\nimport { x } from '../../session/service.ts'`],
  ['service/src/main.ts', `import { open } from './stores/embedded/store.ts'\nimport { systemClock } from './clock.ts'`],
  ['client/src/lease.ts', `import { request } from 'undici' // import x from '../../service/src/app.ts'`],
];
for (const [path, text] of GOOD) {
  t.test(`a right arrow is left alone: ${path}`, async (t) => {
    t.strictSame(wrongArrows([{ path, text }]), []);
  });
}

t.test('a package that is not declared is seen', async (t) => {
  const file = { path: 'client/src/a.ts', text: `import 'undici'\nimport '@scope/other/deep'\nimport 'node:fs'` };
  t.equal(undeclared([file], ['undici']).length, 1);
  t.strictSame(undeclared([file], ['undici', '@scope/other']), []);
});

t.test('an import by a computed name cannot be judged, and is refused', async (t) => {
  t.throws(() => wrongArrows([{ path: 'client/src/a.ts', text: `const x = await import(name)` }]), /computed name/);
});
