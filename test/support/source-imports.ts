/** What a file reaches for: imports of every kind, and the files it starts as workers. */
import { posix } from 'node:path';
import ts from 'typescript';
import type { SourceFile } from './source-files.ts';
import { nodesOf, parse, placeOf } from './syntax.ts';

export interface Import {
  /** "path:line" of the import. */
  readonly place: string;
  /** What was written, such as `./clock.ts` or `node:fs`. */
  readonly specifier: string;
  /** The file that a relative specifier means, from the root; undefined for packages. */
  readonly target: string | undefined;
  /** Whether nothing is left of it when the program runs. */
  readonly typeOnly: boolean;
}

const isImportMetaUrl = (node: ts.Node | undefined): boolean => node?.getText() === 'import.meta.url';

/** The specifier that a node imports, if it imports. */
const importedBy = (node: ts.Node): { specifier: ts.Node; typeOnly: boolean } | undefined => {
  if (ts.isImportDeclaration(node)) return { specifier: node.moduleSpecifier, typeOnly: node.importClause?.isTypeOnly ?? false };
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) return { specifier: node.moduleSpecifier, typeOnly: node.isTypeOnly };
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return { specifier: node.argument.literal, typeOnly: true };
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword && node.arguments[0]) {
    return { specifier: node.arguments[0], typeOnly: false };
  }
  // A worker or a child process is named by `new URL('./file.ts', import.meta.url)`.
  if (ts.isNewExpression(node) && node.expression.getText() === 'URL' && isImportMetaUrl(node.arguments?.[1]) && node.arguments?.[0]) {
    return { specifier: node.arguments[0], typeOnly: false };
  }
  return undefined;
};

/** All imports of a file. An import whose name is computed has no specifier to be judged by, and throws. */
export const importsOf = (file: SourceFile): Import[] => {
  const tree = parse(file);
  return nodesOf(tree).flatMap((node) => {
    const imported = importedBy(node);
    if (!imported) return [];
    const place = placeOf(tree, node);
    if (!ts.isStringLiteralLike(imported.specifier)) {
      if (ts.isNewExpression(node)) return [];
      throw new Error(`${place} imports by a computed name`);
    }
    const specifier = imported.specifier.text;
    const target = specifier.startsWith('.') ? posix.join(posix.dirname(file.path), specifier) : undefined;
    return [{ place, specifier, target, typeOnly: imported.typeOnly }];
  });
};
