/** `npm run build`: compiles the packages for publishing, each to its `dist`. Nothing in the repository runs from there. */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const PACKAGES = ['service', 'client'];

const fail = (message: string): never => {
  process.stderr.write(`${message}\n`);
  process.exit(1);
};

/** What a package's `bin` points at must be a script that can be started by itself. */
const checkPrograms = (folder: string): void => {
  const { bin = {} }: { bin?: Record<string, string> } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const path of Object.values(bin)) {
    const program = join(folder, path);
    if (!readFileSync(program, 'utf8').startsWith('#!/usr/bin/env node\n')) fail(`${program} does not begin with "#!/usr/bin/env node".`);
    chmodSync(program, 0o755);
  }
};

/** What the compiler leaves behind and the programs read when they run: the scripts for Redis, and what the pages are made of. */
const copyScripts = (folder: string): void => {
  const isScript = (path: string): boolean => /\.lua$|\/assets\//.test(path);
  for (const path of readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' }).filter(isScript)) cpSync(join(folder, 'src', path), join(folder, 'dist', path));
};

const build = (name: string): void => {
  const folder = join(root, name);
  rmSync(join(folder, 'dist'), { recursive: true, force: true });
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', join(folder, 'tsconfig.build.json')], { stdio: 'inherit' });
  if (status !== 0) fail(`Compiling ${name} failed.`);
  copyScripts(folder);
  checkPrograms(folder);
  // Not on standard output: that belongs to whoever packs, and may be JSON.
  process.stderr.write(`Built ${name}/dist\n`);
};

const asked = process.argv.slice(2);
for (const name of asked) if (!PACKAGES.includes(name)) fail(`There is no package "${name}"; there are ${PACKAGES.join(' and ')}.`);
for (const name of asked.length > 0 ? asked : PACKAGES) build(name);
