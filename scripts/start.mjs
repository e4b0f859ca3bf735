/** `npm start`: sets up what is missing, then runs the service with the pinned Node.js. Arguments and environment are passed on. */
import { join } from 'node:path';
import { endAs, run } from './child.mjs';
import { pinnedEnv, pinnedNode, root } from './pinned-node.mjs';
import { setUpOrExit } from './setup.mjs';

await setUpOrExit();
endAs(await run(pinnedNode, [join(root, 'service', 'src', 'main.ts'), ...process.argv.slice(2)], { env: pinnedEnv() }));
