/** The licences of all that is shipped with the two packages, as a table: `node scripts/licences.ts` writes it to docs/licences.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

export const LICENCES_FILE = join(root, 'docs', 'licences.md');

interface Installed {
  readonly dependencies?: Readonly<Record<string, string>>;
}

interface Shipped {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
}

const readJson = <T>(path: string): T => JSON.parse(readFileSync(join(root, path), 'utf8')) as T;

/** Where a package that is asked for from a place is found, as Node.js looks for it: there, and then further out. */
const placeOf = (packages: Readonly<Record<string, Installed>>, from: string, name: string): string => {
  for (let outer = from; ; outer = outer.slice(0, Math.max(0, outer.lastIndexOf('/node_modules/')))) {
    const place = [outer, 'node_modules', name].filter((part) => part !== '').join('/');
    if (packages[place]) return place;
    if (outer === '') throw new Error(`${name}, which ${from} needs, is not in package-lock.json`);
    if (!outer.includes('/node_modules/')) outer = '';
  }
};

/** One whose package.json names none: what its LICENSE file is. */
const READ_BY_HAND: Readonly<Record<string, string>> = { 'htmx-ext-sse': '0BSD' };

/** Every package that is installed with one of ours, in the order of names. */
export const shipped = (): readonly Shipped[] => {
  const { packages } = readJson<{ packages: Record<string, Installed> }>('package-lock.json');
  const found = new Map<string, Shipped>();
  const visit = (place: string): void => {
    if (found.has(place)) return;
    const { version, license } = readJson<{ version: string; license?: unknown }>(join(place, 'package.json'));
    const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
    found.set(place, { name, version, licence: typeof license === 'string' ? license : (READ_BY_HAND[name] ?? 'none named') });
    follow(place);
  };
  const follow = (from: string): void => {
    for (const name of Object.keys(packages[from]?.dependencies ?? {})) visit(placeOf(packages, from, name));
  };
  for (const own of ['service', 'client']) follow(own);
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
};

/** The text of docs/licences.md. */
export const licencesPage = (): string =>
  [
    '# Licences',
    '',
    'Holdfast is under the [MIT licence](../LICENSE). This is what is installed with its two packages. The page is made by `node scripts/licences.ts`, and a test compares it.',
    '',
    '| package | version | licence |',
    '|---|---|---|',
    ...shipped().map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`),
    '',
  ].join('\n');

if (import.meta.main) {
  writeFileSync(LICENCES_FILE, licencesPage());
  process.stdout.write(`wrote ${LICENCES_FILE}\n`);
}
