/** The text of a key file: JSON, made by `holdfast-server keys` and judged as a whole before any of it is used. No key stands in it, only digests. */
import { isScope, SCOPES, type Scope } from './scopes.ts';

/** What is kept of one key. */
export interface KeyRecord {
  /** Names the key in listings, logs and revocations. */
  readonly id: string;
  readonly namespace: string;
  readonly scopes: readonly Scope[];
  /** The SHA-256 of the key, as 64 hexadecimal digits. */
  readonly sha256: string;
  /** When the key was made, as ISO 8601 in UTC. */
  readonly createdAt: string;
}

/** The file cannot be used as it is; each fault is a sentence. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join(' '));
    this.faults = faults;
  }
}

const VERSION = 1;
/** Keys in a file, all namespaces together. */
export const KEYS_MAX = 10_000;
export const KEY_FILE_BYTES_MAX = 4 * 1024 * 1024;

const NAMESPACE = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
export const NAMESPACE_RULE = 'must be 1 to 64 of a-z, 0-9 and -, and neither begin nor end with -';
export const isNamespace = (text: string): boolean => NAMESPACE.test(text);

const KEY_ID = /^[A-Za-z0-9_-]{1,64}$/;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const MEMBERS = ['id', 'namespace', 'scopes', 'sha256', 'createdAt'];

const recordFaults = (place: string, value: unknown): string[] => {
  if (!isObject(value)) return [`${place} must be an object.`];
  const { id, namespace, scopes, sha256, createdAt } = value;
  const faults: string[] = [];
  const demand = (holds: boolean, member: string, what: string): void => void (holds || faults.push(`${place}.${member} ${what}.`));
  demand(typeof id === 'string' && KEY_ID.test(id), 'id', 'must be 1 to 64 of A-Z, a-z, 0-9, _ and -');
  demand(typeof namespace === 'string' && isNamespace(namespace), 'namespace', NAMESPACE_RULE);
  demand(Array.isArray(scopes) && scopes.length > 0 && scopes.every((scope) => typeof scope === 'string' && isScope(scope)), 'scopes', `must be one or more of ${SCOPES.join(', ')}`);
  demand(typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256), 'sha256', 'must be 64 hexadecimal digits');
  demand(typeof createdAt === 'string' && !Number.isNaN(Date.parse(createdAt)), 'createdAt', 'must be a time');
  const unknown = Object.keys(value).filter((member) => !MEMBERS.includes(member));
  if (unknown.length > 0) faults.push(`${place} must not have ${unknown.map((member) => JSON.stringify(member)).join(', ')}.`);
  return faults;
};

const twice = (values: readonly string[]): string[] => [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];

/** @throws KeyFileError with every fault */
export const parseKeyFile = (text: string): readonly KeyRecord[] => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // The parser's own message quotes what stands there, which a log must not have.
    throw new KeyFileError(['It is not JSON.']);
  }
  if (!isObject(parsed) || parsed['version'] !== VERSION || !Array.isArray(parsed['keys'])) throw new KeyFileError([`It must be an object with "version": ${VERSION} and "keys".`]);
  const keys: unknown[] = parsed['keys'];
  if (keys.length > KEYS_MAX) throw new KeyFileError([`It has ${keys.length} keys, and may have ${KEYS_MAX}.`]);
  const faults = keys.flatMap((value, index) => recordFaults(`keys[${index}]`, value));
  if (faults.length > 0) throw new KeyFileError(faults);
  const records = keys as KeyRecord[];
  const repeated = [...twice(records.map(({ id }) => id)), ...twice(records.map(({ sha256 }) => sha256))];
  if (repeated.length > 0) throw new KeyFileError([`Keys stand there twice: ${repeated.join(', ')}.`]);
  return records;
};

export const formatKeyFile = (keys: readonly KeyRecord[]): string => `${JSON.stringify({ version: VERSION, keys }, undefined, 2)}\n`;
