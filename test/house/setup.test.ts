/** What the set-up finds missing, on a fresh clone and on a bare machine, and what it does about it. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { running, succeeding } from '../support/running.ts';
import { root } from '../support/source-files.ts';

const LOCK = {
  packages: {
    '': { name: 'sample' },
    service: { version: '1.0.0' },
    'node_modules/@sample/service': { link: true },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/b': { version: '2.0.0' },
    'node_modules/for-another-machine': { version: '1.0.0', optional: true },
  },
};

const missing = async (test: Test, installed: object | undefined): Promise<string[]> => {
  const folder = test.testdir({
    'package-lock.json': JSON.stringify(LOCK),
    node_modules: installed ? { '.package-lock.json': JSON.stringify({ packages: installed }) } : {},
  });
  const program = `import { missingPackages } from './scripts/packages.mjs'; console.log(JSON.stringify(missingPackages(process.argv[1])))`;
  return JSON.parse(await succeeding(process.execPath, ['--input-type=module', '-e', program, folder], { cwd: root }));
};

t.test('on a fresh clone every package is missing', async (t) => {
  t.strictSame(await missing(t, undefined), ['node_modules/a', 'node_modules/b']);
});

t.test('a package in another version is missing', async (t) => {
  t.strictSame(await missing(t, { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '1.9.0' } }), ['node_modules/b']);
});

t.test('nothing is missing when all is there, links and packages for other machines aside', async (t) => {
  t.strictSame(await missing(t, { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '2.0.0' } }), []);
});

t.test('in a ready clone the set-up has nothing to do, and says nothing', async (t) => {
  const { code, stdout, stderr } = await running(process.execPath, ['scripts/setup.mjs'], { cwd: root });
  t.strictSame({ code, stdout, stderr }, { code: 0, stdout: '', stderr: '' });
});

/** What Debian asks before it starts a server that was installed. */
const POLICY = '/usr/sbin/policy-rc.d';

/** Runs the set-up for the tests where no program is to be found but an apt-get that notes what it is asked, and ends with `code`. */
const setUpBare = async (test: Test, code: number): Promise<{ asked: string[]; said: string; code: number | null }> => {
  const folder = test.testdir({});
  const notes = join(folder, 'notes');
  writeFileSync(join(folder, 'apt-get'), `#!/bin/sh\necho "$@" >>${notes}\n[ -x ${POLICY} ] && echo 'starts nothing' >>${notes}\nexit ${code}\n`);
  chmodSync(join(folder, 'apt-get'), 0o755);
  const ran = await running(process.execPath, ['scripts/setup.mjs', '--tests'], { cwd: root, env: { ...process.env, PATH: folder } });
  return { asked: existsSync(notes) ? readFileSync(notes, 'utf8').trim().split('\n') : [], said: ran.stderr, code: ran.code };
};

const isRoot = process.getuid?.() === 0;

t.test('on a bare Debian, root is spared the installing; others are told what to install', async (t) => {
  const hadPolicy = existsSync(POLICY);
  const { asked, said, code } = await setUpBare(t, 0);
  t.equal(code, 0);
  const install = /^-q -y install --no-install-recommends .*\bchromium\b/;
  const [calls, notes] = [asked.filter((line) => line.startsWith('-')), asked.filter((line) => !line.startsWith('-'))];
  if (isRoot) t.match(calls, ['-q -y update', install], 'the lists are fetched first');
  else t.strictSame(asked, [], 'nothing is tried that would be refused');
  t.equal(notes.length, (isRoot ? 1 : 0) + (hadPolicy && isRoot ? 1 : 0), 'Debian is told to start nothing of what it installs, from the installing on');
  t.equal(existsSync(POLICY), hadPolicy, 'and is left as it was');
  t.match(said, /chromium/);
});

t.test('when apt-get fails, the set-up says what to install by hand, and lets the tests tell the rest', async (t) => {
  const { said, code } = await setUpBare(t, 100);
  t.equal(code, 0);
  t.match(said, /Install them \(on Debian: sudo apt-get install .*chromium/);
});
