/** Run before each publish: refuses while the changelog has work under "Pending", or no entry for the version at hand. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

// npm runs this in the folder of the package that is to be published.
const { name, version } = JSON.parse(readFileSync('package.json', 'utf8'));
const changelog = readFileSync(join('..', 'CHANGELOG.md'), 'utf8');
const headings = [...changelog.matchAll(/^## +(.+?) *$/gm)].map(([, heading]) => heading);

const reason = headings.includes('Pending')
  ? 'CHANGELOG.md still has a "Pending" heading; name the version there'
  : !headings.some((heading) => heading.split(' ')[0] === version) && `CHANGELOG.md has no heading for ${version}`;

if (reason) {
  process.stderr.write(`${name} is not published: ${reason}.\n`);
  process.exitCode = 1;
}
