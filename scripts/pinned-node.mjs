/** Where the pinned Node.js is, and the environment in which its neighbours find it too. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** The Node.js of the `node` development dependency, in the version that package-lock.json names. */
export const pinnedNode = join(root, 'node_modules', 'node', 'bin', 'node');

export const hasPinnedNode = () => existsSync(pinnedNode);

/** The environment with node_modules/.bin in front, so that `node` means the pinned one in everything that is started. */
export const pinnedEnv = (env = process.env) => ({
  ...env,
  PATH: [join(root, 'node_modules', '.bin'), env.PATH].filter(Boolean).join(delimiter),
});
