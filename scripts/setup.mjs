/**
 * Makes a fresh clone ready to run, and does nothing in a ready one. Runs on Node.js 20 and newer, with no package installed.
 *
 * `node scripts/setup.mjs` prepares for running, `--tests` for the tests as well, `--faults` for the fault runs too.
 */
import { pathToFileURL } from 'node:url';
import { installPrograms } from './machine.mjs';
import { buildTap, installPackages } from './packages.mjs';

const NODE_MAJOR_MIN = 20;

const say = (line) => process.stderr.write(`[set-up] ${line}\n`);

/** @param {{ tests?: boolean, faults?: boolean }} needs what will be run afterwards, besides the service */
export const setUp = async ({ tests = false, faults = false } = {}) => {
  if (Number.parseInt(process.versions.node, 10) < NODE_MAJOR_MIN) {
    throw new Error(`Node.js ${NODE_MAJOR_MIN} or newer is needed to set up; this is ${process.version}. Holdfast then brings its own.`);
  }
  await installPackages(say);
  if (tests || faults) {
    await buildTap(say);
    await installPrograms({ faults }, say);
  }
};

/** Sets up, and ends the process with a plain message if that fails. */
export const setUpOrExit = async (needs) => {
  try {
    await setUp(needs);
  } catch (error) {
    say(error.message);
    process.exit(1);
  }
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await setUpOrExit({ tests: process.argv.includes('--tests'), faults: process.argv.includes('--faults') });
}
