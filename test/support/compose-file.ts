/** Reads compose.yaml, as far as ours goes, and fills in variables as compose does. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from './source-files.ts';

export interface ComposeService {
  readonly image: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly profiles?: readonly string[];
  /** Names, or names with their conditions. */
  readonly depends_on?: readonly string[] | Readonly<Record<string, { readonly condition: string }>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  /** Names, or names with what they are called there besides. */
  readonly networks?: readonly string[] | Readonly<Record<string, { readonly aliases: readonly string[] }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** Fills in `${NAME:?message}`, the one form that we use. @throws Error with the message when the variable is empty or not there */
export const filledIn = (text: string, variables: Readonly<Record<string, string>>): string =>
  text.replace(/\$\{(\w+):\?([^}]*)\}/g, (_, name: string, message: string) => {
    if (!variables[name]) throw new Error(`${name}: ${message}`);
    return variables[name];
  });

const filled = (value: unknown, variables: Readonly<Record<string, string>>): unknown => {
  if (typeof value === 'string') return filledIn(value, variables);
  if (Array.isArray(value)) return value.map((item) => filled(item, variables));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, variables)]));
};

/** The file at the root. @throws Error for a variable that is not given */
export const readComposeFile = (variables: Readonly<Record<string, string>>): ComposeFile =>
  filled(parse(readFileSync(join(root, 'compose.yaml'), 'utf8'), { merge: true }), variables) as ComposeFile;

/** The services that one needs to have been started. */
export const needs = ({ depends_on: names = [] }: ComposeService): readonly string[] => (names instanceof Array ? names : Object.keys(names));

export const networksOf = ({ networks = [] }: ComposeService): readonly string[] => (networks instanceof Array ? networks : Object.keys(networks));
