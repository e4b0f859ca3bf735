// What a key file may say, and what each fault in it is called.
import t from 'tap';
import { formatKeyFile, isNamespace, KEYS_MAX, KeyFileError, parseKeyFile, type KeyRecord } from '../../../service/src/access/key-file.ts';

const record = (nth: number, more: object = {}): KeyRecord => ({
  id: `k${nth}`,
  namespace: 'team-a',
  scopes: ['lease', 'read'],
  sha256: nth.toString(16).padStart(64, '0'),
  createdAt: '2026-11-26T10:00:00.000Z',
  ...more,
});

const faultsOf = (text: string): readonly string[] => {
  try {
    parseKeyFile(text);
    return [];
  } catch (error) {
    if (error instanceof KeyFileError) return error.faults;
    throw error;
  }
};

t.test('what was written is read again', async (t) => {
  const records = [record(1), record(2, { namespace: 'b', scopes: ['admin'] })];
  t.strictSame(parseKeyFile(formatKeyFile(records)), records);
  t.strictSame(parseKeyFile(formatKeyFile([])), []);
});

t.test('a text that is no key file is called so, and not quoted', async (t) => {
  t.strictSame(faultsOf('hunter2'), ['It is not JSON.']);
  for (const text of ['[]', 'null', '{}', '{"version":2,"keys":[]}', '{"version":1,"keys":{}}']) t.strictSame(faultsOf(text), ['It must be an object with "version": 1 and "keys".'], text);
});

t.test('every fault is told at once, by its place', async (t) => {
  const keys = [record(1), { ...record(2), id: 'a b', namespace: 'Team', scopes: ['write'], sha256: 'x', createdAt: 'soon', secret: 1 }, 7];
  t.strictSame(faultsOf(JSON.stringify({ version: 1, keys })), [
    'keys[1].id must be 1 to 64 of A-Z, a-z, 0-9, _ and -.',
    'keys[1].namespace must be 1 to 64 of a-z, 0-9 and -, and neither begin nor end with -.',
    'keys[1].scopes must be one or more of lease, preempt, replies, read, admin.',
    'keys[1].sha256 must be 64 hexadecimal digits.',
    'keys[1].createdAt must be a time.',
    'keys[1] must not have "secret".',
    'keys[2] must be an object.',
  ]);
  t.match(faultsOf(JSON.stringify({ version: 1, keys: [record(1, { scopes: [] })] })), [/scopes/]);
});

t.test('no id and no digest stands there twice', async (t) => {
  t.strictSame(faultsOf(formatKeyFile([record(1), record(2, { id: 'k1' })])), ['Keys stand there twice: k1.']);
  t.match(faultsOf(formatKeyFile([record(1), record(2, { sha256: record(1).sha256 })])), [/^Keys stand there twice: 0+1\.$/]);
});

t.test(`${KEYS_MAX} keys are read, and not one more`, async (t) => {
  const keys = Array.from({ length: KEYS_MAX }, (_, nth) => record(nth));
  t.equal(parseKeyFile(formatKeyFile(keys)).length, KEYS_MAX);
  t.strictSame(faultsOf(formatKeyFile([...keys, record(KEYS_MAX)])), [`It has ${KEYS_MAX + 1} keys, and may have ${KEYS_MAX}.`]);
});

t.test('a namespace is 1 to 64 of its characters', async (t) => {
  for (const name of ['a', '0', 'team-a', 'a'.repeat(64)]) t.ok(isNamespace(name), name);
  for (const name of ['', '-', '-a', 'a-', 'A', 'a_b', 'a.b', 'ü', 'a b', 'a\n', 'a'.repeat(65)]) t.notOk(isNamespace(name), JSON.stringify(name));
});
