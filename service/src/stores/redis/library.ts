/**
 * The Redis function library that all scripts are in: made of the files under `lua/`, once, when this is first needed. Redis keeps it compiled, so
 * that a call costs what it does and not what its modules weigh. Its name carries a digest of its text: instances of two versions each call their own.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

const COMMANDS = new URL('./lua/', import.meta.url);
const SHARED = new URL('./shared/', COMMANDS);

const namesIn = (folder: URL): readonly string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.lua'))
    .map((file) => file.slice(0, -'.lua'.length))
    .toSorted();

const textOf = (folder: URL, name: string): string => readFileSync(new URL(`${name}.lua`, folder), 'utf8');

/** What Redis gives to a function is put where every file finds it. */
const HEAD = 'local KEYS, ARGV';

/** What makes Redis hold more is refused when its memory is full. All else goes on: a holder must be able to renew, and a reply to be delivered. */
const REFUSED_WITHOUT_MEMORY: readonly string[] = ['acquire', 'park'];

export interface Library {
  /** Begins with `#!lua name=…`, for FUNCTION LOAD. */
  readonly text: string;
  /** The name of the function that a script is. */
  functionOf(script: { readonly name: string }): string;
}

/** @param edit changes the text of a file, which tests do to see that it matters */
export const makeLibrary = (edit: (file: string, text: string) => string = (_file, text) => text): Library => {
  // Modules name each other inside their functions only, so their order does not matter; but the numbers come first.
  const shared = ['limits', ...namesIn(SHARED).filter((name) => name !== 'limits')];
  const modules = shared.map((name) => `${name} = (function()\n${edit(`shared/${name}`, textOf(SHARED, name))}\nend)()`);
  const commands = namesIn(COMMANDS).map((name) => ({ name, text: edit(name, textOf(COMMANDS, name)) }));
  const body = [HEAD, `local ${shared.join(', ')}`, ...modules].join('\n');
  const digest = createHash('sha256').update(JSON.stringify([body, commands, REFUSED_WITHOUT_MEMORY])).digest('hex').slice(0, 12);
  const functionOf = ({ name }: { readonly name: string }): string => `hf_${digest}_${name.replaceAll('-', '_')}`;
  const functions = commands.map(({ name, text }) => {
    const flags = REFUSED_WITHOUT_MEMORY.includes(name) ? '' : `'allow-oom'`;
    return `redis.register_function{function_name='${functionOf({ name })}', flags={${flags}}, callback=function(keys, argv)\nKEYS, ARGV = keys, argv\n${text}\nend}`;
  });
  return { text: [`#!lua name=holdfast_${digest}`, body, ...functions].join('\n'), functionOf };
};

export const LIBRARY = makeLibrary();
