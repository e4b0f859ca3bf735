// A sign-in stands for its key for twelve hours, and for nothing else: it cannot be made by who has not the key, and is over with it.
import { randomBytes } from 'node:crypto';
import t from 'tap';
import { openAccess, staticKeyAccess, type Access } from '../../../service/src/access/access.ts';
import { KeyRing } from '../../../service/src/access/key-ring.ts';
import { makeKey } from '../../../service/src/access/new-key.ts';
import { accessOfSignIn, makeSignIn, SIGN_IN_S } from '../../../service/src/access/sign-in.ts';

const NOW_S = 1_700_000_000;
const [red, blue] = ['red', 'blue'].map((namespace) => makeKey({ namespace, scopes: ['read'], randomBytes, wallMs: 0 })) as [ReturnType<typeof makeKey>, ReturnType<typeof makeKey>];

const signInOf = (ring: KeyRing, key: string): string => makeSignIn(ring, ring.find(key) as Access, NOW_S)!;

t.test('it is taken until twelve hours are over, and not a second longer', async (t) => {
  const ring = new KeyRing([red.record, blue.record]);
  const signIn = signInOf(ring, red.key);
  t.match(accessOfSignIn(ring, signIn, NOW_S), { namespace: 'red' });
  t.match(accessOfSignIn(ring, signIn, NOW_S + SIGN_IN_S - 1), { namespace: 'red' });
  t.equal(accessOfSignIn(ring, signIn, NOW_S + SIGN_IN_S), undefined);
  t.notMatch(signIn, red.key.slice(4, 20));
});

t.test('what was changed in any place, or is signed for another key, is not taken', async (t) => {
  const ring = new KeyRing([red.record, blue.record]);
  const signIn = signInOf(ring, red.key);
  const [id = '', endsAt = '', signature = ''] = signIn.split('.');
  for (const forged of [
    `${blue.record.id}.${endsAt}.${signature}`,
    `${id}.${Number(endsAt) + 1}.${signature}`,
    `${id}.${endsAt}.${signature.slice(0, -1)}${signature.endsWith('A') ? 'B' : 'A'}x`.slice(0, signIn.length),
    `${id}.${endsAt}.${'A'.repeat(43)}`,
    `${id}.${endsAt}.`,
    `${id}.${endsAt}`,
    `none.${endsAt}.${signature}`,
    '',
    `${signIn}x`,
  ]) t.equal(accessOfSignIn(ring, forged, NOW_S), undefined, forged);
});

t.test('it is over with its key, and the key that follows it does not take it', async (t) => {
  const ring = new KeyRing([red.record]);
  const signIn = signInOf(ring, red.key);
  ring.replace([{ ...blue.record, id: red.record.id, namespace: 'red' }]);
  t.equal(accessOfSignIn(ring, signIn, NOW_S), undefined, 'another key of the same name');
  ring.replace([]);
  t.equal(accessOfSignIn(ring, signIn, NOW_S), undefined);
});

t.test('the static key can be signed in with; where no key is needed there is nothing to sign in to', async (t) => {
  const control = staticKeyAccess('a-key-for-this-test');
  const signIn = makeSignIn(control, control.find('a-key-for-this-test')!, NOW_S)!;
  t.match(accessOfSignIn(control, signIn, NOW_S), { keyId: 'static' });
  t.equal(accessOfSignIn(staticKeyAccess('another-key'), signIn, NOW_S), undefined);
  t.equal(makeSignIn(openAccess, openAccess.withoutKey!, NOW_S), undefined);
});
