/** Reads TypeScript as a tree, so that rules about code are not fooled by comments and strings. */
import ts from 'typescript';
import type { SourceFile } from './source-files.ts';

export const parse = ({ path, text }: SourceFile): ts.SourceFile =>
  ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, path.endsWith('.mjs') ? ts.ScriptKind.JS : ts.ScriptKind.TS);

/** Every node of a file, in the order of the text. */
export const nodesOf = (tree: ts.SourceFile): ts.Node[] => {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return nodes;
};

/** "path:line", for people. */
export const placeOf = (tree: ts.SourceFile, node: ts.Node): string =>
  `${tree.fileName}:${tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1}`;

/** All comments of a file, wherever they stand. */
export const commentsOf = (tree: ts.SourceFile): { text: string; line: number }[] => {
  const found = new Map<number, { text: string; line: number }>();
  const keep = (ranges: readonly ts.CommentRange[] | undefined): void => {
    for (const { pos, end } of ranges ?? []) {
      found.set(pos, { text: tree.text.slice(pos, end), line: tree.getLineAndCharacterOfPosition(pos).line + 1 });
    }
  };
  const visit = (node: ts.Node): void => {
    keep(ts.getLeadingCommentRanges(tree.text, node.getFullStart()));
    keep(ts.getTrailingCommentRanges(tree.text, node.getEnd()));
    for (const child of node.getChildren(tree)) visit(child);
  };
  visit(tree);
  return [...found.values()].sort((a, b) => a.line - b.line);
};
