// The keys of a key file, made, listed and revoked.
import { chmodSync, chownSync, existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { KEY_FILE_BYTES_MAX } from '../../../service/src/access/key-file.ts';
import { KeyRing } from '../../../service/src/access/key-ring.ts';
import { KEYS_USAGE, runKeys } from '../../../service/src/commands/keys.ts';
import { readKeyFile } from '../../../service/src/key-file-on-disk.ts';

interface Ran {
  readonly code: number;
  readonly out: string[];
  readonly errors: string[];
}

const run = (args: readonly string[], env: Record<string, string> = {}): Ran => {
  const [out, errors]: [string[], string[]] = [[], []];
  const code = runKeys(args, { env, randomBytes, wallMs: 1_000, print: (line) => out.push(line), complain: (line) => errors.push(line) });
  return { code, out, errors };
};

const fileIn = (t: Test): string => join(t.testdir({}), 'keys.json');
const create = (file: string, ...more: string[]): Ran => run(['create', '--keys', file, '--namespace', 'team-a', '--scope', 'lease', ...more]);

t.test('a new key is printed once and alone, and the file has its digest', async (t) => {
  const file = fileIn(t);
  const { code, out, errors } = create(file, '--scope', 'read', '--scope', 'lease');
  t.equal(code, 0);
  t.equal(out.length, 1);
  const [key = ''] = out;
  t.match(key, /^hfk_[A-Za-z0-9_-]{43}$/);
  t.match(errors, [/^Key k[0-9a-f]{12} of namespace team-a is in /]);
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.notMatch(readFileSync(file, 'utf8'), key.slice(4));
  t.match(new KeyRing(readKeyFile(file)).find(key), { namespace: 'team-a', scopes: new Set(['lease', 'read']) });
});

t.test('keys are listed without their secrets, and revoked by their id', async (t) => {
  const file = fileIn(t);
  const [first, second] = [create(file), create(file)];
  const [one, two] = readKeyFile(file);
  const listed = run(['list'], { HOLDFAST_KEYS: file });
  t.match(listed, { code: 0, out: [new RegExp(`^${one!.id} +team-a +1970-01-01T00:00:01.000Z  lease$`), new RegExp(`^${two!.id}`)], errors: [] });
  for (const { out } of [first, second]) t.notMatch(listed.out.join(), out[0]!.slice(4));
  t.match(run(['revoke', '--keys', file, one!.id]), { code: 0, out: [] });
  t.strictSame(readKeyFile(file).map(({ id }) => id), [two!.id]);
  t.match(run(['revoke', '--keys', file, one!.id]), { code: 1, errors: [/has no key/] });
});

t.test('everything that was asked wrongly is told at once', async (t) => {
  t.match(run(['create', '--namespace', 'Team', '--scope', 'write', 'stray']), {
    code: 2,
    out: [],
    errors: [/^--keys: /, /^--namespace: must be 1 to 64/, /^--scope: must be one or more of lease, .*not "write"/, /^"stray": /],
  });
  t.match(run(['create', '--keys', 'f', '--namespace', 'a']).errors, [/^--scope/]);
  t.match(run([]).errors, [/^keys: must be followed by create, list or revoke\.$/, /^--keys/]);
  t.match(run(['destroy', '--keys', 'f']).errors, [/not "destroy"/]);
  t.match(run(['revoke', '--keys', 'f']).errors, [/^revoke: needs the id/]);
  t.match(run(['list', '--keys', 'f', '--scope', 'lease']).errors, [/are for create/]);
  t.match(run(['list', '--kees', 'f']), { code: 2, errors: [/--kees/] });
  t.strictSame(run(['create', '--help']), { code: 0, out: [KEYS_USAGE.trimEnd()], errors: [] });
});

t.test('a file that cannot be used stays as it is', async (t) => {
  const file = fileIn(t);
  writeFileSync(file, 'not json', { mode: 0o600 });
  t.match(create(file), { code: 1, out: [], errors: [/It is not JSON/] });
  t.equal(readFileSync(file, 'utf8'), 'not json');
  t.notOk(existsSync(`${file}.new`), 'and nothing is left beside it');
  t.match(run(['list', '--keys', join(file, 'below')]), { code: 1, errors: [/cannot be read \(ENOTDIR\)/] });
  t.match(create(join(file, 'below')), { code: 1, out: [], errors: [/cannot be written/] });
});

t.test('a change that is under way keeps others away', async (t) => {
  const file = fileIn(t);
  symlinkSync('/nowhere', `${file}.new`);
  t.match(create(file), { code: 1, out: [], errors: [/Another change is under way/] });
});

t.test('a file that is open to others is refused', async (t) => {
  const file = fileIn(t);
  create(file);
  for (const mode of [0o620, 0o660, 0o602, 0o604, 0o601, 0o644, 0o666]) {
    chmodSync(file, mode);
    t.throws(() => readKeyFile(file), new RegExp(`mode ${mode.toString(8)}\\): chmod`), mode.toString(8));
    t.match(create(file), { code: 1, out: [] }, 'and no key is added to it');
  }
  for (const mode of [0o600, 0o640, 0o440, 0o400]) {
    chmodSync(file, mode);
    t.equal(readKeyFile(file).length, 1, mode.toString(8));
  }
});

t.test('a change leaves the file with the mode and the owner that it had', async (t) => {
  const file = fileIn(t);
  create(file);
  chmodSync(file, 0o640);
  const before = statSync(file);
  // Only root may give files away; whoever else runs this sees that it stays his own.
  if (process.getuid?.() === 0) chownSync(file, 1234, 2345);
  const { uid, gid } = statSync(file);
  t.equal(create(file).code, 0);
  const after = statSync(file);
  t.strictSame([after.mode & 0o777, after.uid, after.gid], [0o640, uid, gid]);
  t.not(after.ino, before.ino, 'though it is another file');
  t.equal(readKeyFile(file).length, 2);
});

t.test('a file of the largest size is read, and not a byte more', async (t) => {
  const file = fileIn(t);
  create(file);
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.padEnd(KEY_FILE_BYTES_MAX));
  t.equal(readKeyFile(file).length, 1);
  writeFileSync(file, text.padEnd(KEY_FILE_BYTES_MAX + 1));
  t.throws(() => readKeyFile(file), /has 4194305 bytes, and may have 4194304/);
});
