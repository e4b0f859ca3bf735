/** Installs the npm packages that package-lock.json names, when they are not there. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { run } from './child.mjs';
import { hasPinnedNode, pinnedEnv, pinnedNode, root } from './pinned-node.mjs';

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Packages that the lock file names and node_modules has not, or has in another version. Optional ones may be for other machines. */
export const missingPackages = (folder = root) => {
  const installedPath = join(folder, 'node_modules', '.package-lock.json');
  const wanted = readJson(join(folder, 'package-lock.json')).packages;
  const installed = existsSync(installedPath) ? readJson(installedPath).packages : {};
  return Object.entries(wanted)
    .filter(([path, entry]) => path.includes('node_modules/') && !entry.link && !entry.optional && installed[path]?.version !== entry.version)
    .map(([path]) => path);
};

// The npm that runs us knows where it is; a plain `node scripts/…` takes the one on PATH.
const npmCommand = () => {
  const cli = process.env.npm_execpath;
  return cli && basename(cli).startsWith('npm') ? [process.execPath, [cli]] : ['npm', []];
};

const npm = async (...args) => {
  const [command, before] = npmCommand();
  const { code } = await run(command, [...before, ...args], { cwd: root });
  if (code !== 0) throw new Error(`"npm ${args.join(' ')}" failed (${code ?? 'killed'}); its own message stands above.`);
};

// Said outright, because a machine's own npm settings (production, ignore-scripts, engine-strict) would leave out what we need.
const INSTALL_FLAGS = ['--include=dev', '--ignore-scripts=false', '--engine-strict=false', '--no-audit', '--no-fund', '--loglevel=error'];

/** Brings node_modules in line with package-lock.json; says so only when there is something to do. */
export const installPackages = async (say) => {
  const fresh = !existsSync(join(root, 'node_modules', '.package-lock.json'));
  if (fresh || missingPackages().length > 0) {
    say(fresh ? 'Installing the npm packages of package-lock.json, about half a minute …' : 'Bringing the npm packages in line with package-lock.json …');
    await npm(fresh ? 'ci' : 'install', ...INSTALL_FLAGS);
  }
  if (hasPinnedNode()) return;
  say('Fetching the pinned Node.js …');
  await npm('rebuild', 'node', ...INSTALL_FLAGS);
  if (!hasPinnedNode()) throw new Error(`The pinned Node.js is still missing at ${pinnedNode}. Remove node_modules and try again.`);
};

/** Builds tap's test class from its plugins, once; it remembers absolute paths, so a moved folder needs it again. */
export const buildTap = async (say) => {
  const built = join(root, '.tap', 'plugins', 'package.json');
  if (existsSync(built) && readFileSync(built, 'utf8').includes(`${root}node_modules/`)) return;
  say('Building tap with its plugins …');
  const { code } = await run(pinnedNode, [join(root, 'node_modules', 'tap', 'dist', 'esm', 'run.mjs'), 'build'], {
    cwd: root,
    env: pinnedEnv(),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (code !== 0) throw new Error('"tap build" failed; its own message stands above.');
};
