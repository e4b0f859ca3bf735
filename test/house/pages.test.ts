/** Pages lead somewhere, commands they name exist, and no file names a package registry. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { root, sourceFiles } from '../support/source-files.ts';
import { brokenLinks, promiseRows, registryHosts, unknownScripts } from './pages.ts';

const SCRIPTS_MAX = 12;

const pages = sourceFiles((path) => path.endsWith('.md'));
const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

t.test('every relative link of every page leads somewhere', async (t) => {
  t.ok(pages.length > 0, 'there are pages');
  const paths = sourceFiles(() => true).map(({ path }) => path);
  t.equal(brokenLinks(pages, paths).join('\n'), '');
});

t.test('a link that leads nowhere is seen', async (t) => {
  const text = [
    '# One heading, two `words`',
    '[a](docs/b.md) [b](docs/b.md#there) [c](#one-heading-two-words) [d](https://example.org/x) ![e](docs/p.png "a picture")',
    '[f](docs/none.md) [g](docs/b.md#nowhere) [h](#nowhere) <img src="docs/none.png">',
    '`[code](none.md)`',
    '```md',
    '[block](none.md)',
    '```',
  ].join('\n');
  const sample = [
    { path: 'README.md', text },
    { path: 'docs/b.md', text: '## There\n[up](../README.md) [folder](../docs) [out](../none)' },
  ];
  t.strictSame(brokenLinks(sample, ['README.md', 'docs/b.md', 'docs/p.png']), [
    'README.md: "docs/none.md" leads to no file',
    'README.md: "docs/b.md#nowhere" leads to no heading',
    'README.md: "#nowhere" leads to no heading',
    'README.md: "docs/none.png" leads to no file',
    'docs/b.md: "../none" leads to no file',
  ]);
});

t.test('every npm script that a page names exists', async (t) => {
  t.equal(unknownScripts(pages, Object.keys(scripts)).join('\n'), '');
});

t.test('a script that does not exist is seen', async (t) => {
  const sample = [{ path: 'README.md', text: 'Do `npm start`, then `npm run demo -- --fast` or npm run demos.' }];
  t.strictSame(unknownScripts(sample, ['demo', 'start']), ['README.md: there is no script "demos"']);
});

t.test('there are a dozen npm scripts at most', async (t) => {
  t.ok(Object.keys(scripts).length <= SCRIPTS_MAX, `${Object.keys(scripts).length} scripts`);
});

const textOf = (path: string): string => pages.find((page) => page.path === path)!.text;

t.test('every promise of the README has its conditions on each store', async (t) => {
  const promised = promiseRows(textOf('README.md')).flatMap(({ ids }) => ids);
  t.ok(promised.includes('S1') && promised.includes('L5'), 'the README has promises');
  const rows = promiseRows(textOf('docs/stores.md'));
  const told = rows.flatMap(({ ids }) => ids);
  t.strictSame([...new Set(told)], told, 'no id comes twice');
  t.strictSame(promised.filter((id) => !told.includes(id)), []);
  for (const { ids, cells } of rows) t.ok(cells.length === 4 && !cells.includes(''), `${ids.join(', ')}: what it is, and when it holds on each store`);
});

t.test('promises are found in a table, and nowhere else', async (t) => {
  const text = '| id | promise |\n|---|---|\n| S1, S2 | one | |\n| L1 | two |\n| other | S3 |\nS4 | x |';
  t.strictSame(promiseRows(text), [{ ids: ['S1', 'S2'], cells: ['one', ''] }, { ids: ['L1'], cells: ['two'] }]);
});

// This file and the rule speak of hosts in order to refuse them.
const isChecked = (path: string): boolean => !path.startsWith('test/house/pages') && !/\.(png|db)$/.test(path);

t.test('no file names a package registry', async (t) => {
  const files = sourceFiles(isChecked);
  t.ok(files.some(({ path }) => path === 'package-lock.json'), 'the lock file is looked at');
  t.equal(files.flatMap(registryHosts).join('\n'), '');
});

t.test('a registry that is named is seen', async (t) => {
  const lines = ['https://registry.npmjs.org/x/-/x.tgz', 'registry=http://registry.internal.example', 'see npm.pkg.github.com', 'FROM mirror.gcr.io/node'];
  for (const text of lines) t.equal(registryHosts({ path: 'a', text }).length, 1, text);
  for (const text of ['the npm registry', 'npm run test', 'npm.io']) t.strictSame(registryHosts({ path: 'a', text }), [], text);
});
