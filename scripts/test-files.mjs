/** Which test files a run is made of: everything under test/, the fault runs apart. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './pinned-node.mjs';

const FAULTS = join('test', 'faults');

/** What only a full run repeats: CI itself is a fresh clone, and the others have a smaller relative in the ordinary run (named behind each). */
const ONLY_LONG = new Set([
  'e2e/fresh-clone', // .ci/run
  'e2e/crash-between-steps', // kill-points
  'e2e/packages', // image, client-types: both pack
  'e2e/cut-reply-answers', // cut-answers-sdk
  'e2e/redis-accepted-risks', // redis-start-up, test/service/stores/redis/server-checks
  'e2e/redis-messages', // instances-run, redis-link
  'e2e/waiters-in-order', // instances-run
  'e2e/redis-wiped', // test/service/stores/redis/recovery and marking
  'e2e/docs-page-replies', // dashboard, docs-page
  'e2e/stress', // instances-run, sigkill
  'conformance/quorum-in-memory', // conformance/quorum-store
  'conformance/redis-mutations', // redis-differential, whose power it shows
  'simulation/mutations', // the properties beside it, whose power it shows
].map((name) => join('test', ...`${name}.test.ts`.split('/'))));

const LEFT_OUT = new Set(['node_modules', 'dist']);

const walk = (folder) =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (LEFT_OUT.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [path];
  });

/** @param {'ordinary' | 'faults' | 'long'} kind */
export const filesOf = (kind) => {
  const all = walk('test')
    .filter((path) => path.endsWith('.test.ts'))
    .sort();
  if (kind === 'long') return all;
  return all.filter((path) => path.startsWith(FAULTS) === (kind === 'faults') && !ONLY_LONG.has(path));
};
