// Whom a key lets in: those of the ring, as they are now.
import { randomBytes } from 'node:crypto';
import t from 'tap';
import { openAccess, staticKeyAccess } from '../../../service/src/access/access.ts';
import { KeyRing } from '../../../service/src/access/key-ring.ts';
import { makeKey } from '../../../service/src/access/new-key.ts';
import { SCOPES, type Scope } from '../../../service/src/access/scopes.ts';

const newKey = (namespace: string, scopes: readonly Scope[]): ReturnType<typeof makeKey> => makeKey({ namespace, scopes, randomBytes, wallMs: 0 });

t.test('a key is 256 random bits behind a mark, and its record has a digest only', async (t) => {
  const { key, record } = newKey('a', ['lease']);
  t.match(key, /^hfk_[A-Za-z0-9_-]{43}$/);
  t.match(record, { id: /^k[0-9a-f]{12}$/, namespace: 'a', scopes: ['lease'], sha256: /^[0-9a-f]{64}$/, createdAt: '1970-01-01T00:00:00.000Z' });
  t.notMatch(JSON.stringify(record), key.slice(4));
  t.not(newKey('a', ['lease']).key, key);
});

t.test('each key opens its namespace, for its scopes', async (t) => {
  const [one, other, rotated] = [newKey('a', ['lease']), newKey('b', ['read', 'admin']), newKey('a', ['lease'])];
  const ring = new KeyRing([one.record, other.record, rotated.record]);
  t.equal(ring.withoutKey, undefined);
  t.match(ring.find(one.key), { keyId: one.record.id, namespace: 'a', scopes: new Set(['lease']) });
  t.match(ring.find(other.key), { keyId: other.record.id, namespace: 'b', scopes: new Set(['read', 'admin']) });
  t.match(ring.find(rotated.key), { namespace: 'a' }, 'two keys of a namespace live side by side');
  for (const key of ['', 'hfk_', one.key.slice(0, -1), `${one.key}x`, one.record.sha256, one.record.id]) t.equal(ring.find(key), undefined, key);
});

t.test('keys that are replaced are gone at once', async (t) => {
  const [old, next] = [newKey('a', ['lease']), newKey('a', ['lease'])];
  const ring = new KeyRing([old.record]);
  ring.replace([next.record]);
  t.equal(ring.find(old.key), undefined);
  t.ok(ring.find(next.key));
  t.equal(ring.size, 1);
});

t.test('what a key was once found to open is in force until the key is gone or opens something else', async (t) => {
  const [kept, gone, changed] = [newKey('a', ['lease', 'read']), newKey('a', ['lease']), newKey('a', ['lease'])];
  const ring = new KeyRing([kept.record, gone.record, changed.record]);
  const [ofKept, ofGone, ofChanged] = [kept, gone, changed].map(({ key }) => ring.find(key)!);
  for (const access of [ofKept!, ofGone!, ofChanged!]) t.equal(ring.isInForce(access), true);
  ring.replace([{ ...changed.record, scopes: ['replies'] }, { ...kept.record, scopes: ['read', 'lease'], createdAt: '2026-11-26T10:00:00.000Z' }]);
  t.strictSame([ofKept!, ofGone!, ofChanged!].map((access) => ring.isInForce(access)), [true, false, false]);
  t.equal(ring.find(kept.key), ofKept);
  t.match(ring.find(changed.key), { scopes: new Set(['replies']) });
  for (const other of [{ namespace: 'b' }, { id: 'other' }, { scopes: ['read', 'lease', 'admin'] as const }, { scopes: ['read'] as const }]) {
    const again = new KeyRing([kept.record]);
    const before = again.find(kept.key)!;
    again.replace([{ ...kept.record, ...other }]);
    t.equal(again.isInForce(before), false, JSON.stringify(other));
  }
});

t.test('a static key opens everything, and no key is needed where none is set', async (t) => {
  const everything = { namespace: 'default', scopes: new Set(SCOPES) };
  t.match(staticKeyAccess('k').find('k'), { keyId: 'static', ...everything });
  for (const key of ['', 'K', 'k ', 'kk']) t.equal(staticKeyAccess('k').find(key), undefined);
  t.match(openAccess.withoutKey, { keyId: undefined, ...everything });
  t.equal(openAccess.find('k'), undefined);
  for (const control of [openAccess, staticKeyAccess('k')]) t.equal(control.isInForce(control.withoutKey ?? control.find('k')!), true);
});
