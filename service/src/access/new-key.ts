/** Makes a key. The key itself is told once, to whoever asked for it; the record is what is kept. */
import { keyDigest } from './access.ts';
import type { KeyRecord } from './key-file.ts';
import type { Scope } from './scopes.ts';

/** So that people and scanners of secrets know one when they see it. */
export const KEY_PREFIX = 'hfk_';
/** 256 bits. */
const KEY_BYTES = 32;
const ID_BYTES = 6;

export interface NewKeyTerms {
  readonly namespace: string;
  readonly scopes: readonly Scope[];
  readonly randomBytes: (count: number) => Buffer;
  readonly wallMs: number;
}

export const makeKey = ({ namespace, scopes, randomBytes, wallMs }: NewKeyTerms): { readonly key: string; readonly record: KeyRecord } => {
  const key = `${KEY_PREFIX}${randomBytes(KEY_BYTES).toString('base64url')}`;
  const record = {
    id: `k${randomBytes(ID_BYTES).toString('hex')}`,
    namespace,
    scopes,
    sha256: keyDigest(key).toString('hex'),
    createdAt: new Date(wallMs).toISOString(),
  };
  return { key, record };
};
