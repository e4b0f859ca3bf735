/** The keys of a key file, ready to be asked for. They are replaced together, while the service runs. */
import type { Namespace } from '../session/types.ts';
import { isSameDigest, keyDigest, type Access, type AccessControl, type KnownKey } from './access.ts';
import type { KeyRecord } from './key-file.ts';

interface Kept {
  readonly digest: Buffer;
  readonly access: Access;
}

export class KeyRing implements AccessControl {
  readonly withoutKey = undefined;
  #byDigest: ReadonlyMap<string, Kept> = new Map();
  #byId: ReadonlyMap<string, Kept> = new Map();
  #inForce: ReadonlySet<Access> = new Set();

  constructor(records: readonly KeyRecord[]) {
    this.replace(records);
  }

  get size(): number {
    return this.#byDigest.size;
  }

  /** From now on these are the keys, and no others. One that stays as it was stays in force without a break. */
  replace(records: readonly KeyRecord[]): void {
    const before = this.#byDigest;
    this.#byDigest = new Map(
      records.map((record) => {
        const known = before.get(record.sha256);
        return [record.sha256, known && isSameAccess(known.access, record) ? known : keptOf(record)];
      }),
    );
    this.#byId = new Map([...this.#byDigest.values()].map((kept) => [kept.access.keyId!, kept]));
    this.#inForce = new Set([...this.#byDigest.values()].map(({ access }) => access));
  }

  find(key: string): Access | undefined {
    const digest = keyDigest(key);
    // Where a digest is found tells nothing of a key: whoever could choose digests would have to invert the hash first.
    const kept = this.#byDigest.get(digest.toString('hex'));
    return kept && isSameDigest(kept.digest, digest) ? kept.access : undefined;
  }

  byId(keyId: string): KnownKey | undefined {
    const kept = this.#byId.get(keyId);
    return kept && { access: kept.access, secret: kept.digest };
  }

  isInForce(access: Access): boolean {
    return this.#inForce.has(access);
  }
}

const isSameAccess = ({ keyId, namespace, scopes }: Access, record: KeyRecord): boolean =>
  keyId === record.id && namespace === record.namespace && scopes.size === new Set(record.scopes).size && record.scopes.every((scope) => scopes.has(scope));

const keptOf = ({ id, namespace, scopes, sha256 }: KeyRecord): Kept => ({
  digest: Buffer.from(sha256, 'hex'),
  access: { keyId: id, namespace: namespace as Namespace, scopes: new Set(scopes) },
});
