/** Who a caller is, as far as this service cares: a namespace, and what may be done in it. */
import { hash, timingSafeEqual } from 'node:crypto';
import type { Namespace } from '../session/types.ts';
import { SCOPES, type Scope } from './scopes.ts';

export interface Access {
  /** Names the key, in audit lines and budgets; undefined where no key is needed. It is no secret. */
  readonly keyId: string | undefined;
  readonly namespace: Namespace;
  readonly scopes: ReadonlySet<Scope>;
}

export interface KnownKey {
  readonly access: Access;
  readonly secret: Buffer;
}

/** Judges the keys that callers show. */
export interface AccessControl {
  /** What a caller without any key may do; undefined where a key is needed. */
  readonly withoutKey: Access | undefined;
  /** What the bearer of this key may do; undefined for a key that nobody has. */
  find(key: string): Access | undefined;
  /** What a key may do, by its id, and a secret that only this service has of it: for a sign-in, which must not carry the key itself. */
  byId(keyId: string): KnownKey | undefined;
  /** Whether what was found once holds still, for whatever outlasts a request. */
  isInForce(access: Access): boolean;
}

/** Where everybody is who has no key of a key file. */
export const DEFAULT_NAMESPACE = 'default' as Namespace;

const EVERYTHING: ReadonlySet<Scope> = new Set(SCOPES);

/** Everybody may do everything, which the settings allow on a loopback address only. */
export const openAccess: AccessControl = {
  withoutKey: { keyId: undefined, namespace: DEFAULT_NAMESPACE, scopes: EVERYTHING },
  find: () => undefined,
  byId: () => undefined,
  isInForce: () => true,
};

/** The digest of a key, which is all that is kept of it. A key is random: nothing is gained by a slower hash. */
export const keyDigest = (key: string): Buffer => hash('sha256', key, 'buffer');

/** Digests are equally long, so that the comparison tells nothing by its time. */
export const isSameDigest = (one: Buffer, other: Buffer): boolean => one.length === other.length && timingSafeEqual(one, other);

/** One static key, which opens everything. */
export const staticKeyAccess = (key: string): AccessControl => {
  const expected = keyDigest(key);
  const access: Access = { keyId: 'static', namespace: DEFAULT_NAMESPACE, scopes: EVERYTHING };
  return {
    withoutKey: undefined,
    find: (given) => (isSameDigest(keyDigest(given), expected) ? access : undefined),
    byId: (keyId) => (keyId === access.keyId ? { access, secret: expected } : undefined),
    isInForce: () => true,
  };
};
