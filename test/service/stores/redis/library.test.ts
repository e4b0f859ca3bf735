// All scripts are functions of one library, whose names change with its text.
import { readdirSync } from 'node:fs';
import t from 'tap';
import { LIBRARY, makeLibrary } from '../../../../service/src/stores/redis/library.ts';

const LUA = new URL('../../../../service/src/stores/redis/lua/', import.meta.url);
const luaIn = (folder: URL): string[] => readdirSync(folder).filter((file) => file.endsWith('.lua')).map((file) => file.slice(0, -'.lua'.length));

t.test('every file of a command is a function, and every shared one a module', async (t) => {
  t.match(LIBRARY.text, /^#!lua name=holdfast_[0-9a-f]{12}\n/);
  for (const name of luaIn(LUA)) t.ok(LIBRARY.text.includes(`redis.register_function{function_name='${LIBRARY.functionOf({ name })}',`), name);
  for (const name of luaIn(new URL('shared/', LUA))) t.match(LIBRARY.text, new RegExp(`^${name} = \\(function\\(\\)$`, 'm'));
});

t.test('a function is named by the digest of the library and its file', async (t) => {
  const [, digest] = /name=holdfast_([0-9a-f]{12})/.exec(LIBRARY.text) ?? [];
  t.equal(LIBRARY.functionOf({ name: 'list-due-replies' }), `hf_${digest}_list_due_replies`);
});

t.test('a Redis whose memory is full refuses what makes it hold more, and nothing else', async (t) => {
  const flagsOf = (name: string): string | undefined => new RegExp(`function_name='${LIBRARY.functionOf({ name })}', flags=\\{([^}]*)\\}`).exec(LIBRARY.text)?.[1];
  for (const name of luaIn(LUA)) t.equal(flagsOf(name), ['acquire', 'park'].includes(name) ? '' : `'allow-oom'`, name);
});

t.test('the same files are the same library; any change, of a command or of what is shared, is another', async (t) => {
  t.equal(makeLibrary().text, LIBRARY.text);
  const names = new Set([LIBRARY.functionOf({ name: 'acquire' })]);
  for (const changed of ['acquire', 'shared/queue']) {
    const library = makeLibrary((file, text) => (file === changed ? `${text}\n-- changed` : text));
    t.ok(library.text.includes('-- changed'));
    names.add(library.functionOf({ name: 'acquire' }));
  }
  t.equal(names.size, 3, 'so instances of two versions each call their own');
});
