// What is shipped with the packages is listed with its licence, and may be shipped with something under MIT.
import { readFileSync } from 'node:fs';
import t from 'tap';
import { LICENCES_FILE, licencesPage, shipped } from '../../scripts/licences.ts';

/** Permissive ones, that ask for no more than their notice, which stands in each package. */
const ALLOWED = new Set(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'Zero-Clause BSD']);

t.test('the page lists what package-lock.json has', async (t) => {
  t.equal(readFileSync(LICENCES_FILE, 'utf8'), licencesPage(), 'node scripts/licences.ts makes it anew');
});

t.test('each licence may be shipped', async (t) => {
  const all = shipped();
  t.ok(all.length > 30, `${all.length} packages`);
  for (const { name, licence } of all) t.ok(ALLOWED.has(licence), `${name}: ${licence}`);
});
