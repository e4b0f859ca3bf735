/** Runs a file with the pinned Node.js, after setting up what is missing: `node scripts/node24.mjs <file> [arguments]`. */
import { endAs, run } from './child.mjs';
import { pinnedEnv, pinnedNode } from './pinned-node.mjs';
import { setUpOrExit } from './setup.mjs';

if (process.argv.length < 3) {
  process.stderr.write('Usage: node scripts/node24.mjs <file> [arguments]\n');
  process.exit(2);
}
await setUpOrExit();
endAs(await run(pinnedNode, process.argv.slice(2), { env: pinnedEnv() }));
