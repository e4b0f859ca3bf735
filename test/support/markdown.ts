/** Reads Markdown as far as its links, headings and commands go. Code blocks are not prose: links in them are not links. */
import type { SourceFile } from './source-files.ts';

const withoutCodeBlocks = (text: string): string => text.replace(/^( *)(```|~~~)[^]*?^\1\2.*$/gm, '');
const withoutCode = (text: string): string => withoutCodeBlocks(text).replace(/`[^`\n]*`/g, '');

/** Where each link and picture leads, as written. */
export const linksOf = ({ text }: SourceFile): string[] => {
  const prose = withoutCode(text);
  const inline = [...prose.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)];
  const references = [...prose.matchAll(/^\[[^\]]+\]:\s+<?(\S+?)>?$/gm)];
  const html = [...prose.matchAll(/\b(?:src|href)="([^"]+)"/g)];
  return [...inline, ...references, ...html].map(([, link = '']) => link);
};

// As GitHub makes them: lower case, punctuation dropped, a dash for each space.
const slug = (heading: string): string =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
    .replaceAll(' ', '-');

/** The anchors that a page offers; a heading that comes twice is numbered. */
export const anchorsOf = ({ text }: SourceFile): Set<string> => {
  const anchors = new Set<string>();
  for (const [, heading = ''] of withoutCodeBlocks(text).matchAll(/^#{1,6} +(.+?)(?: +#+)?$/gm)) {
    const base = slug(heading);
    let anchor = base;
    for (let times = 1; anchors.has(anchor); times += 1) anchor = `${base}-${times}`;
    anchors.add(anchor);
  }
  return anchors;
};

/** The npm scripts that a page tells its reader to run. */
export const scriptsOf = ({ text }: SourceFile): string[] => [
  ...[...text.matchAll(/\bnpm run (?:--silent )?([a-z][\w:-]*)/g)].map(([, name = '']) => name),
  ...[...text.matchAll(/\bnpm (start|test)\b/g)].map(([, name = '']) => name),
];
