/** The code keeps the house's rules, and each rule can tell a file that does not. */
import t from 'tap';
import { sourceFiles, type SourceFile } from '../support/source-files.ts';
import * as rules from './code-rules.ts';

const isGenerated = (path: string): boolean => path.startsWith('client/src/generated/');
const isCode = (path: string): boolean => /\.(ts|mjs)$/.test(path) && !isGenerated(path);
const isSource = (path: string): boolean => isCode(path) && /^(service|client)\/src\//.test(path);
const isTest = (path: string): boolean => isCode(path) && path.startsWith('test/');
const isClock = (path: string): boolean => /^(service|client)\/src\/clock\.ts$/.test(path);
// A test that mirrors a source says by its path what it is for.
const isMirror = (path: string): boolean => /^test\/(service|client)\/.*\.test\.ts$/.test(path);
const isExplained = (path: string): boolean => (isCode(path) && !isMirror(path)) || /\.(lua|sh|c)$|^\.ci\/run$|^Dockerfile$/.test(path);

// The composition roots, the client's default, the id of a store that is made anew, and when an instance comes back to its Redis.
const RANDOM_SOURCES = ['service/src/main.ts', 'service/src/testing.ts', 'client/src/chance.ts', 'service/src/stores/embedded/open.ts', 'service/src/stores/redis/open.ts', 'service/src/stores/quorum/open.ts', 'service/src/stores/quorum/administration.ts'];

// Where a process may be killed at any wait, and nothing may be lost by it.
const isInterruptible = (path: string): boolean => /^client\/src\/((turn|courier)\/.*|replies\/delivery)\.ts$/.test(path);

interface Check {
  readonly says: string;
  readonly rule: rules.Rule;
  readonly where: (path: string) => boolean;
  /** What the rule must complain about, once each. */
  readonly bad: readonly (string | SourceFile)[];
  /** What it must leave alone. */
  readonly good: readonly (string | SourceFile)[];
}

const CHECKS: readonly Check[] = [
  {
    says: 'only clock.ts touches real time and randomness',
    rule: rules.noRealTime,
    where: (path) => isSource(path) && !isClock(path),
    bad: [
      'const a = Date.now()',
      'const a = new Date()',
      'setTimeout(f, 1)',
      'globalThis.setInterval(f, 1)',
      'const a = performance.now()',
      'const a = Math.random()',
      'const a = process.hrtime.bigint()',
      'const s = AbortSignal.timeout(5)',
      `import { setTimeout as sleep } from 'node:timers/promises'`,
    ],
    good: ['clock.after(1, f)', '// Date.now() is not called', `const a = 'Date.now()'`, 'const d = new Date(stamp)'],
  },
  {
    says: 'only the composition root and the defaults reach for randomness',
    rule: rules.noRandomness,
    where: (path) => isSource(path) && !RANDOM_SOURCES.includes(path),
    bad: [`import { randomBytes } from 'node:crypto'`, `import { hash, randomUUID as id } from 'crypto'`, `import { getRandomValues } from 'node:crypto'`],
    good: [`import { hash } from 'node:crypto'`, `import { randomBytes } from './chance.ts'`, `import type { RandomBytes } from './chance.ts'`],
  },
  {
    says: 'no name says nothing',
    rule: rules.noBannedNames,
    where: isCode,
    bad: [
      { path: 'client/src/http-utils.ts', text: '' },
      { path: 'service/src/common/time.ts', text: '' },
      'const data = 1',
      'export const leaseInfo = 1',
      'class LeaseManager {}',
      'const f = (requestData: string) => 1',
      'function parseHelper() {}',
      'interface Utils {}',
      'class A { readInfo() {} }',
    ],
    good: ['const database = 1', 'const metadata = 1', 'const x = { data: 1 }', 'log.info(x.data)', 'class A implements Handler { onData() {} }'],
  },
  {
    says: 'no file is too long',
    rule: rules.notTooLong,
    where: (path) => isCode(path) && !path.endsWith('.test.ts'),
    bad: ['a()\n'.repeat(251)],
    good: ['a()\n'.repeat(250)],
  },
  { says: 'no type is any', rule: rules.noAny, where: isCode, bad: ['let a: any', 'const f = (a: any[]) => a'], good: ['const any = 1 // any'] },
  {
    says: 'no check is switched off',
    rule: rules.noSwitches,
    where: isCode,
    bad: ['// @ts-' + 'ignore\nf()', '/* eslint-' + 'disable */', 'f() // biome-' + 'ignore lint: x'],
    good: ['f() // ignored'],
  },
  {
    says: 'no unfinished work is left in a comment',
    rule: rules.noPromises,
    where: isCode,
    bad: ['// TO' + 'DO: later', '/** FIX' + 'ME */ f()'],
    good: [`const a = 'TODO'`],
  },
  { says: 'the packages write nothing to the console', rule: rules.noConsole, where: isSource, bad: ['console.log(1)'], good: ['log.info(1)'] },
  {
    says: 'every test runs',
    rule: rules.noIdleTests,
    where: isTest,
    bad: [
      `t.skip('x', f)`,
      `t.only('x', f)`,
      `t.test('x', { skip: true }, f)`,
      `t.test('x', { todo: 'later' }, f)`,
      `t.test('x', { skip }, f)`,
    ],
    good: [`t.test('x', { timeout: 5 }, f)`, `rows.skip(5)`, `const page = { only: 1 }`],
  },
  {
    says: 'no error is dropped without a reason',
    rule: rules.noSilentCatch,
    where: isCode,
    bad: ['try { f() } catch {}', 'try { f() } catch (error) { }'],
    good: ['try { f() } catch {\n // gone already\n}', 'try { f() } catch (error) { g(error) }'],
  },
  {
    says: 'nothing is passed on but by the entries of a package',
    rule: rules.noBarrels,
    where: isCode,
    bad: [`export * from './a.ts'`, `export { a } from './a.ts'`],
    good: ['export { a }', { path: 'client/src/index.ts', text: `export { a } from './a.ts'` }],
  },
  {
    says: 'every await of a turn, a courier and a delivery passes through a checkpoint',
    rule: rules.waitsAtCheckpoints,
    where: isInterruptible,
    bad: [
      'const f = async () => await g()',
      'const f = async () => { await promise }',
      'const f = async () => await g.at',
      `const f = async () => await (at('x', g), g())`,
      `const f = async () => await atOnce('x', g)`,
      `const f = async () => await at('x', async () => await g())`,
      'const f = async () => { for await (const a of b) c(a) }',
      'const f = async () => { await using a = b }',
    ],
    good: [
      `const f = async () => await at('x', () => g())`,
      `const f = async () => await parts.at('x', g)`,
      `class A { async f() { await this.#at('x', g) } }`,
      'const f = async () => { for (const a of b) c(a) }',
      'const f = () => g()',
      `// await g()`,
    ],
  },
  {
    says: 'a checkpoint of a turn, a courier and a delivery has a name of its own',
    rule: rules.checkpointsOfOneName,
    where: isInterruptible,
    bad: [`at('x', f); at('x', g)`, `at('x', () => this.#at('x', g))`, 'at(name, f)', 'parts.at(`x${n}`, f)'],
    good: [`at('x', f); at('y', () => at('z', f))`, 'list.at(-1)', `const at = 'x'`],
  },
  {
    says: 'every file begins by saying its job',
    rule: rules.beginsWithItsJob,
    where: isExplained,
    bad: [`import x from 'x'`, '#!/usr/bin/env node\nimport x', '', '/** */ f()'],
    good: ['/** Counts. */\nf()', '#!/usr/bin/env bash\n# Counts.', '// Counts.', '-- KEYS: none'],
  },
];

const sample = (text: string | SourceFile): SourceFile => (typeof text === 'string' ? { path: 'service/src/sample.ts', text } : text);

for (const { says, rule, where, bad, good } of CHECKS) {
  t.test(says, async (t) => {
    const files = sourceFiles(where);
    t.ok(files.length > 0, 'there are files to look at');
    t.equal(files.flatMap(rule).join('\n'), '');
  });
  t.test(`${says}: the rule itself`, async (t) => {
    for (const text of bad) t.equal(rule(sample(text)).length, 1, `complains about: ${sample(text).text.slice(0, 60)}`);
    for (const text of good) t.strictSame(rule(sample(text)), [], `leaves alone: ${sample(text).text.slice(0, 60)}`);
  });
}
