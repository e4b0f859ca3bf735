/** One suite for all stores: what is particular to a store's own test file is how the store is opened, and that is short. */
import t from 'tap';
import { sourceFiles } from '../support/source-files.ts';

const LINES_MAX = 20;

t.test('the test file of each store calls the suite, and does little else', async (t) => {
  const files = sourceFiles((path) => /^test\/conformance\/[\w-]+-store\.test\.ts$/.test(path));
  t.ok(files.length >= 3, `${files.length} files`);
  for (const { path, text } of files) {
    const lines = text.trimEnd().split('\n').length;
    t.ok(lines <= LINES_MAX, `${path} has ${lines} lines`);
    t.match(text, /\bleaseStoreConformance\(t, /, `${path} calls the suite`);
  }
});
