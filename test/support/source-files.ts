/** The files of this repository, as the house rules read them: all that is written by hand or committed, nothing that is installed or built. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A file's path from the root, with slashes, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const LEFT_OUT = new Set(['node_modules', 'dist', '.git', '.tap', 'tmp']);

const walk = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (LEFT_OUT.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return walk(path);
    return entry.isFile() ? [path] : [];
  });

/** All of them, read once: dozens of rules look at each. */
let all: readonly SourceFile[] | undefined;

const readAll = (): readonly SourceFile[] =>
  walk(root)
    .map((path) => relative(root, path).split(sep).join('/'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

/** Every file whose path (from the root, with slashes) is wanted. */
export const sourceFiles = (wanted: (path: string) => boolean): SourceFile[] => (all ??= readAll()).filter(({ path }) => wanted(path));
