/**
 * A sign-in: what a browser carries instead of a key, since it cannot send a header by itself. It names the key and when it is over, signed with what the
 * service keeps of that key: any instance can judge it, nothing is remembered, and it is over with its key.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Access, AccessControl } from './access.ts';

export const SIGN_IN_COOKIE = 'holdfast-sign-in';
export const SIGN_IN_S = 12 * 3_600;

const signatureOf = (text: string, secret: Buffer): string => createHmac('sha256', secret).update(`holdfast sign-in ${text}`).digest('base64url');

/** @param wallS seconds since 1970. Undefined for a caller without a key. */
export const makeSignIn = (control: AccessControl, { keyId }: Access, wallS: number): string | undefined => {
  const known = keyId === undefined ? undefined : control.byId(keyId);
  if (!known) return undefined;
  const text = `${keyId}.${wallS + SIGN_IN_S}`;
  return `${text}.${signatureOf(text, known.secret)}`;
};

/** Undefined for one that is over, forged, or of a key that is not there any more. */
export const accessOfSignIn = (control: AccessControl, signIn: string, wallS: number): Access | undefined => {
  const [, text = '', keyId = '', endsAt = '', signature = ''] = /^(([A-Za-z0-9_-]{1,64})\.([0-9]{1,12}))\.([A-Za-z0-9_-]{43})$/.exec(signIn) ?? [];
  const known = control.byId(keyId);
  if (!known || Number(endsAt) <= wallS) return undefined;
  return timingSafeEqual(Buffer.from(signatureOf(text, known.secret)), Buffer.from(signature)) ? known.access : undefined;
};
