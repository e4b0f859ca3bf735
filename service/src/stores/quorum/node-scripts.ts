/** The scripts of a node: made of the files under `lua/`, each behind what it needs, and run by ioredis, which loads them where they are missing. */
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

const FOLDER = new URL('./lua/', import.meta.url);

/** What stands in front of each file. */
const BEHIND = {
  read: ['head', 'register'],
  prepare: ['head', 'register'],
  accept: ['head', 'register', 'filing'],
  renew: ['head', 'register'],
  repair: ['head', 'register', 'filing'],
  forget: ['head', 'register', 'filing'],
  'leased-keys': ['head'],
  places: ['head'],
  due: ['head'],
  usages: ['head'],
  payload: ['head'],
  member: [],
  found: [],
  confirm: [],
  seal: [],
  names: ['head'],
  kept: ['head', 'register'],
  'begin-seed': [],
  clear: [],
  seed: ['seed-head', 'register', 'filing'],
  admit: [],
} as const;

export type NodeScript = keyof typeof BEHIND;

const textOf = (name: string): string => readFileSync(new URL(`${name}.lua`, FOLDER), 'utf8');

/** @param edit changes the text of a file, which tests do to see that it matters */
export const scriptText = (script: NodeScript, edit: (file: string, text: string) => string = (_file, text) => text): string =>
  [...BEHIND[script], script].map((file) => edit(file, textOf(file))).join('\n');

const commandOf = (script: NodeScript): string => `hfq_${script.replaceAll('-', '_')}`;

/** Makes the scripts known to a connection. */
export const defineScripts = (redis: Redis, edit?: (file: string, text: string) => string): void => {
  for (const script of Object.keys(BEHIND) as NodeScript[]) redis.defineCommand(commandOf(script), { numberOfKeys: 0, lua: scriptText(script, edit) });
};

export const runScript = (redis: Redis, script: NodeScript, args: readonly (string | number)[]): Promise<unknown> =>
  (redis as unknown as Record<string, (...given: (string | number)[]) => Promise<unknown>>)[commandOf(script)]!(...args);
