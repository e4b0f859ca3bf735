/** The house's rules about pages: what they point at is there, and what they tell the reader to run exists. */
import { posix } from 'node:path';
import type { SourceFile } from '../support/source-files.ts';
import { anchorsOf, linksOf, scriptsOf } from '../support/markdown.ts';

const isElsewhere = (link: string): boolean => /^[a-z][a-z0-9+.-]*:/i.test(link);

/** Relative links of the pages that lead nowhere. `paths` are all files there are. */
export const brokenLinks = (pages: readonly SourceFile[], paths: readonly string[]): string[] => {
  const there = new Set(paths);
  const folders = new Set(paths.flatMap((path) => foldersOf(path)));
  const anchors = new Map(pages.map((page) => [page.path, anchorsOf(page)]));
  return pages.flatMap((page) =>
    linksOf(page)
      .filter((link) => !isElsewhere(link))
      .flatMap((link) => {
        const [path = '', anchor] = decodeURIComponent(link).split('#');
        const target = path === '' ? page.path : posix.join(posix.dirname(page.path), path).replace(/\/$/, '');
        if (!there.has(target) && !folders.has(target)) return [`${page.path}: "${link}" leads to no file`];
        const known = anchors.get(target);
        return anchor && known && !known.has(anchor) ? [`${page.path}: "${link}" leads to no heading`] : [];
      }),
  );
};

const foldersOf = (path: string): string[] => {
  const folder = posix.dirname(path);
  return folder === '.' ? ['.'] : [folder, ...foldersOf(folder)];
};

/** npm scripts that the pages speak of and package.json has not. */
export const unknownScripts = (pages: readonly SourceFile[], scripts: readonly string[]): string[] =>
  pages.flatMap((page) =>
    scriptsOf(page)
      .filter((name) => !scripts.includes(name))
      .map((name) => `${page.path}: there is no script "${name}"`),
  );

/** The rows of tables whose first cell names promises: the ids, and the cells that follow. */
export const promiseRows = (text: string): { readonly ids: readonly string[]; readonly cells: readonly string[] }[] =>
  [...text.matchAll(/^\| ((?:[SL]\d+(?:, )?)+) \|(.*)\|$/gm)].map(([, first = '', rest = '']) => ({
    ids: first.split(', '),
    cells: rest.split('|').map((cell) => cell.trim()),
  }));

const REGISTRY_HOST = /\b(?:registry|npm|npmmirror|mirrors?)\.[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:org|com|net|io|dev|cn)\b|\bregistry\.[a-z0-9-]+\.[a-z]+\b/i;

/** Whoever installs chooses the registry: a host that is written down is the wrong one for somebody. */
export const registryHosts = ({ path, text }: SourceFile): string[] =>
  text.split('\n').flatMap((line, at) => {
    const host = REGISTRY_HOST.exec(line)?.[0];
    return host ? [`${path}:${at + 1}: names the registry ${host}`] : [];
  });
