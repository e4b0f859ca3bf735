/** The version of this package, from its own manifest. */
import { readFileSync } from 'node:fs';

// The manifest stands beside the folder of this file, in the repository as in the published package.
const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };

export const VERSION = manifest.version;
