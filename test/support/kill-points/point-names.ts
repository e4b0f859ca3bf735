/** The names of the points at which a turn and a courier can be interrupted, as they stand in the sources. */
import ts from 'typescript';
import { sourceFiles, type SourceFile } from '../source-files.ts';
import { nodesOf, parse } from '../syntax.ts';

export type Role = 'turn' | 'courier';

/** Both bring a reply to its end by the same steps. */
const SHARED = 'client/src/replies/delivery.ts';

const isAt = (node: ts.Node): node is ts.CallExpression =>
  ts.isCallExpression(node) && (ts.isIdentifier(node.expression) || ts.isPropertyAccessExpression(node.expression)) && /(^|[.#])at$/.test(node.expression.getText());

/** @throws Error where a name is not written out, so that nobody could list it */
export const pointNamesIn = (file: SourceFile): readonly string[] =>
  nodesOf(parse(file))
    .filter(isAt)
    .map(({ arguments: [name] }) => {
      if (!name || !ts.isStringLiteral(name)) throw new Error(`${file.path}: a checkpoint without a literal name`);
      return name.text;
    });

/** Each name as often as it stands there. */
export const pointNames = (role: Role): readonly string[] =>
  sourceFiles((path) => path === SHARED || (path.startsWith(`client/src/${role}/`) && path.endsWith('.ts'))).flatMap(pointNamesIn);
