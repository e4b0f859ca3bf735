import t from 'tap';
import { checksumIn, DamagedRecordError, decodeRecord, encodeRecord, NewerRecordError } from '../../../client/src/spool/record.ts';
import { spoolEntry } from '../../support/spool-facts.ts';

t.test('a record comes back as it was, whatever the payload is', async (t) => {
  for (const [index, payload] of ['', 'two\nlines', 0, null, false, [], { a: [{ b: 'ü' }] }, '\u2028\u0000'].entries()) {
    const entry = spoolEntry({ payload });
    t.same(decodeRecord(encodeRecord(entry)), entry, `payload ${index}`);
  }
});

t.test('it says its version and its checksum, and another reply has another checksum', async (t) => {
  const text = encodeRecord(spoolEntry());
  t.match(JSON.parse(text.split('\n')[0]!), { version: 1, sha256: /^[0-9a-f]{64}$/ });
  t.not(checksumIn(text), checksumIn(encodeRecord(spoolEntry({ committed: true }))));
});

t.test('no part of it is ever taken for the whole, and no changed byte is overlooked', async (t) => {
  const text = encodeRecord(spoolEntry());
  for (let length = 0; length < text.length; length += 1) t.throws(() => decodeRecord(text.slice(0, length)), DamagedRecordError, `${length} characters`);
  for (let at = 0; at < text.length; at += 1) {
    const changed = text.slice(0, at) + (text[at] === 'x' ? 'y' : 'x') + text.slice(at + 1);
    t.throws(() => decodeRecord(changed), DamagedRecordError, `character ${at}`);
  }
});

t.test('a later version is not a damaged one, and an error does not repeat the reply', async (t) => {
  t.throws(() => decodeRecord('{"version":2,"sha256":"x"}\n{"secret":1}\n'), NewerRecordError);
  t.notMatch(String(t.throws(() => decodeRecord('{"version":1,"sha256":"x"}\n{"secret":1}\n'))), /secret/);
  for (const header of ['null', '1', '"x"', '[]', '{"version":"2"}']) t.throws(() => decodeRecord(`${header}\n{}\n`), DamagedRecordError, header);
});
