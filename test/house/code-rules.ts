/** The house's rules about code, each a pure function from a file to sentences about what is wrong with it. */
import ts from 'typescript';
import type { SourceFile } from '../support/source-files.ts';
import { commentsOf, nodesOf, parse, placeOf } from '../support/syntax.ts';

export type Rule = (file: SourceFile) => string[];

const flag =
  (wrong: (node: ts.Node) => string | undefined): Rule =>
  (file) => {
    const tree = parse(file);
    return nodesOf(tree).flatMap((node) => {
      const complaint = wrong(node);
      return complaint === undefined ? [] : [`${placeOf(tree, node)}: ${complaint}`];
    });
  };

const REAL_TIME_CALLS = /^(globalThis\.)?(setTimeout|setInterval|Date\.now|Date|performance\.\w+|process\.hrtime(\.bigint)?|Math\.random|AbortSignal\.timeout)$/;
const REAL_TIME_MODULES = /^(node:)?(timers|timers\/promises|perf_hooks)$/;

/** Only clock.ts touches the real clocks, timers and dice; everything else is handed a clock. */
export const noRealTime = flag((node) => {
  if (ts.isCallExpression(node) && REAL_TIME_CALLS.test(node.expression.getText())) return `${node.expression.getText()} belongs in clock.ts`;
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length) return 'new Date() belongs in clock.ts';
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier) && REAL_TIME_MODULES.test(node.moduleSpecifier.text)) {
    return `${node.moduleSpecifier.text} belongs in clock.ts`;
  }
  return undefined;
});

/** Dice are handed in as well: their one source is imported where a program or a default is put together. */
export const noRandomness = flag((node) => {
  if (!ts.isImportSpecifier(node) || !/^(random|getRandom)/.test((node.propertyName ?? node.name).text)) return undefined;
  const from = node.parent.parent.parent.moduleSpecifier.getText().slice(1, -1);
  return /^(node:)?crypto$/.test(from) ? `${node.getText()} is to be handed in` : undefined;
});

const BANNED_WORDS = new Set(['util', 'utils', 'helper', 'helpers', 'manager', 'managers', 'misc', 'common', 'data', 'info']);

const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.toLowerCase());

const bannedWord = (name: string): string | undefined => wordsOf(name).find((word) => BANNED_WORDS.has(word));

const isDeclaration = (node: ts.Node): node is ts.NamedDeclaration =>
  ts.isVariableDeclaration(node) ||
  ts.isParameter(node) ||
  ts.isFunctionDeclaration(node) ||
  ts.isClassDeclaration(node) ||
  ts.isInterfaceDeclaration(node) ||
  ts.isTypeAliasDeclaration(node) ||
  ts.isTypeParameterDeclaration(node) ||
  // A class that implements somebody's interface did not choose its methods' names.
  (ts.isMethodDeclaration(node) && ts.isClassLike(node.parent) && !node.parent.heritageClauses);

/** Names say what a thing is; these words say nothing. */
export const noBannedNames: Rule = (file) => {
  const inPath = bannedWord(file.path.replace(/^test\/support\//, ''));
  const inCode = flag((node) => {
    if (!isDeclaration(node) || !node.name || !ts.isIdentifier(node.name)) return undefined;
    const word = bannedWord(node.name.text);
    return word && `"${node.name.text}" says nothing: "${word}"`;
  });
  return [...(inPath ? [`${file.path}: "${inPath}" says nothing`] : []), ...inCode(file)];
};

const LINES_MAX = 250;

/** A file has one job; one this long has several. */
export const notTooLong: Rule = ({ path, text }) => {
  const lines = text.trimEnd().split('\n').length;
  return lines > LINES_MAX ? [`${path}: ${lines} lines, at most ${LINES_MAX}`] : [];
};

/** Types are not switched off. */
export const noAny = flag((node) => (node.kind === ts.SyntaxKind.AnyKeyword ? 'any switches the type check off' : undefined));

const SWITCHES = /@ts-(ignore|nocheck)|eslint-disable|biome-ignore|prettier-ignore/;
const PROMISES = /\b(TODO|FIXME|XXX|HACK)\b/;

const flagComment =
  (pattern: RegExp, what: string): Rule =>
  (file) =>
    commentsOf(parse(file))
      .filter(({ text }) => pattern.test(text))
      .map(({ line }) => `${file.path}:${line}: ${what}`);

export const noSwitches = flagComment(SWITCHES, 'a check is switched off by a comment');
export const noPromises = flagComment(PROMISES, 'unfinished work belongs in an issue');

/** A library does not write to its user's terminal. */
export const noConsole = flag((node) =>
  ts.isPropertyAccessExpression(node) && node.expression.getText() === 'console' ? 'console output' : undefined,
);

const NOT_RUN = new Set(['skip', 'todo', 'only']);

/** Every test runs. */
export const noIdleTests = flag((node) => {
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
    const { name, expression } = node.expression;
    if (NOT_RUN.has(name.text) && expression.getText() === 't') return `t.${name.text}: a test that is not run, or runs alone`;
  }
  const isOption = ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node);
  if (isOption && NOT_RUN.has(node.name.getText()) && isTestOption(node)) return `${node.name.getText()}: a test that is not run, or runs alone`;
  return undefined;
});

const isTestOption = (property: ts.Node): boolean => {
  const call = property.parent.parent;
  return ts.isCallExpression(call) && /^t(\.test)?$/.test(call.expression.getText());
};

/** An error that is dropped says why that is right. */
export const noSilentCatch = flag((node) => {
  if (!ts.isCatchClause(node) || node.block.statements.length > 0) return undefined;
  const inside = node.block.getText().slice(1, -1);
  return /\/\/|\/\*/.test(inside) ? undefined : 'an error is dropped without a reason';
});

// What a package's `exports` name: its index, its testing kit, and each fence.
const ENTRY = /^(service|client)\/src\/(index|testing|fences\/[a-z]+)\.ts$/;

/** Only a package's own entries pass on what others export. */
export const noBarrels: Rule = (file) => {
  if (ENTRY.test(file.path)) return [];
  return flag((node) => (ts.isExportDeclaration(node) && node.moduleSpecifier ? 'a barrel: import from where it is made' : undefined))(file);
};

/** A reader learns from the first lines what a file is for. */
export const beginsWithItsJob: Rule = ({ path, text }) => {
  const start = text.replace(/^#!.*\n/, '').trimStart();
  return /^(\/\*\*?(?:(?!\*\/)[^])*?\w|\/\/ *\w|# *\w|-- *\w)/.test(start) ? [] : [`${path}: does not begin with a comment that says its job`];
};

const isAt = (callee: ts.Expression): boolean => (ts.isIdentifier(callee) && callee.text === 'at') || (ts.isPropertyAccessExpression(callee) && /^#?at$/.test(callee.name.text));

/** What may be interrupted at every wait is killed at every wait, by a test that can name them all. */
export const waitsAtCheckpoints = flag((node) => {
  if (ts.isForOfStatement(node) && node.awaitModifier) return 'for await passes no checkpoint: collect in another file, inside `at`';
  if (ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.BlockScoped) === ts.NodeFlags.AwaitUsing) return 'await using passes no checkpoint';
  if (!ts.isAwaitExpression(node)) return undefined;
  const { expression } = node;
  return ts.isCallExpression(expression) && isAt(expression.expression) ? undefined : 'an await that passes no checkpoint: await at(\'name\', () => …)';
});

/** A checkpoint is told by its name: it stands at one place of a file, and is written there. */
export const checkpointsOfOneName: Rule = (file) => {
  const tree = parse(file);
  const seen = new Set<string>();
  return nodesOf(tree).flatMap((node) => {
    if (!ts.isCallExpression(node) || !isAt(node.expression) || node.arguments.length !== 2) return [];
    const [point] = node.arguments;
    if (!point || !ts.isStringLiteral(point)) return [`${placeOf(tree, node)}: the name of a checkpoint is to be written out`];
    if (seen.has(point.text)) return [`${placeOf(tree, node)}: another checkpoint of this file is called ${point.getText()} too`];
    seen.add(point.text);
    return [];
  });
};
