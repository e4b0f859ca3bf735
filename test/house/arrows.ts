/** Which part of the code may reach for which: `main → app → http → session ← stores`, and the client on its own. */
import { isBuiltin } from 'node:module';
import type { SourceFile } from '../support/source-files.ts';
import { importsOf, type Import } from '../support/source-imports.ts';

interface Layer {
  readonly name: string;
  /** How the paths of its files begin. */
  readonly paths: readonly string[];
  /** The layers that it may reach for, besides itself. */
  readonly reaches: readonly string[];
  /** Layers of which it may know only types. */
  readonly types?: readonly string[];
  /** Whether it may import from Node.js and from packages. */
  readonly closed?: boolean;
}

/** The first layer whose path fits is a file's layer. */
export const LAYERS: readonly Layer[] = [
  { name: 'clock', paths: ['service/src/clock.ts'], reaches: [], closed: true },
  { name: 'session', paths: ['service/src/session/'], reaches: [], types: ['clock'], closed: true },
  { name: 'access', paths: ['service/src/access/'], reaches: [], types: ['session'] },
  { name: 'metrics', paths: ['service/src/metrics/'], reaches: ['session'], types: ['clock'] },
  { name: 'http', paths: ['service/src/http/'], reaches: ['access', 'session'], types: ['clock', 'metrics'] },
  { name: 'stores', paths: ['service/src/stores/'], reaches: ['session'], types: ['clock'] },
  { name: 'dashboard', paths: ['service/src/dashboard/'], reaches: ['http', 'access', 'session'], types: ['clock', 'metrics'] },
  { name: 'config', paths: ['service/src/config.ts', 'service/src/config/'], reaches: ['http', 'session'] },
  { name: 'app', paths: ['service/src/app.ts'], reaches: ['http', 'access', 'dashboard', 'metrics', 'session'], types: ['clock', 'config'] },
  { name: 'main', paths: ['service/src/'], reaches: ['app', 'http', 'access', 'stores', 'session', 'config', 'clock'] },
  { name: 'client', paths: ['client/src/'], reaches: [] },
  { name: 'examples', paths: ['client/examples/'], reaches: ['client'] },
  { name: 'test', paths: ['test/'], reaches: ['access', 'clock', 'dashboard', 'metrics', 'session', 'http', 'stores', 'config', 'app', 'main', 'client', 'examples', 'demo', 'scripts'] },
  { name: 'demo', paths: ['demo/'], reaches: ['client', 'main'] },
  { name: 'scripts', paths: ['scripts/'], reaches: ['test', 'app', 'http', 'session', 'config', 'clock'] },
];

const layerOf = (path: string): Layer | undefined => LAYERS.find(({ paths }) => paths.some((start) => path.startsWith(start)));

const judge = (from: Layer, { place, specifier, target, typeOnly }: Import): string[] => {
  if (target === undefined) return from.closed ? [`${place}: ${from.name} imports nothing from outside, but "${specifier}"`] : [];
  const to = layerOf(target);
  if (to === undefined || to === from || from.reaches.includes(to.name)) return [];
  if (from.types?.includes(to.name)) return typeOnly ? [] : [`${place}: ${from.name} may know ${to.name} by type only ("${specifier}")`];
  return [`${place}: ${from.name} must not reach for ${to.name} ("${specifier}")`];
};

/** Every arrow that points the wrong way, as a sentence. */
export const wrongArrows = (files: readonly SourceFile[]): string[] =>
  files.flatMap((file) => {
    const from = layerOf(file.path);
    return from ? importsOf(file).flatMap((imported) => judge(from, imported)) : [`${file.path} belongs to no layer`];
  });

const packageOf = (specifier: string): string => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

/** Packages that are imported and not declared: they would be missing where the package is installed. */
export const undeclared = (files: readonly SourceFile[], declared: readonly string[]): string[] =>
  files.flatMap((file) =>
    importsOf(file)
      .filter(({ target, specifier }) => target === undefined && !isBuiltin(specifier) && !declared.includes(packageOf(specifier)))
      .map(({ place, specifier }) => `${place}: "${specifier}" is not among the dependencies`),
  );
