/**
 * A fence for one key of a Redis: the largest fencing token stands beside it, and one script compares it and writes.
 *
 * Three keys belong together, in one hash slot of a cluster: `<key>` itself, read as you like; `{<key>}:fencing-token`; and
 * `{<key>}:append-ids`. A key that has a hash tag keeps its own: `chat:{oc_1}` goes with `chat:{oc_1}:fencing-token`. Where the
 * client puts a prefix before its keys, a cluster needs such a tag.
 *
 * Limits. Every writer goes through the fence. What Redis forgets, the fence forgets, and then lets an older holder in:
 * writes of the last moments without `appendfsync always`, a failover to a replica that had not got them, a key that
 * expired, was evicted (have `maxmemory-policy noeviction`), deleted or restored from a backup. Where that is not good enough,
 * keep the reply in a database or a file, behind the fence that belongs to it. Wants Redis 6.0.6 or newer, for `LPOS`.
 */
import { InvalidRequestError } from '../errors.ts';
import { FenceBrokenError } from './errors.ts';
import { checkToken, readToken, refusal } from './fencing-token.ts';
import { REDIS_STEP, type RedisStepAnswer } from './redis-step.ts';

export { FenceBrokenError } from './errors.ts';

/**
 * What the fence needs of a Redis client. An ioredis connection or cluster has it.
 *
 * @example
 * // node-redis
 * const evaluator: RedisEvaluator = {
 *   eval: (script, count, ...rest) => redis.eval(script, { keys: rest.slice(0, count), arguments: rest.slice(count) }),
 * };
 */
export interface RedisEvaluator {
  eval(script: string, keyCount: number, ...keysThenArguments: (string | Buffer)[]): Promise<unknown>;
}

/** How an append is done. */
export interface RedisAppendOptions {
  /** Makes it safe to repeat an append whose answer was lost: the last 1,000 ids of the key are remembered. 1 to 512 characters, a reply id for example. */
  readonly id?: string;
}

/** What one append did. */
export interface RedisAppended {
  /** How many entries the list has now. */
  readonly length: number;
  /** Whether an append with this id had been done before, so that nothing was written now. */
  readonly repeated: boolean;
}

/** One key of a Redis, written by several processes under fencing tokens. Get it from {@link redisFence}. */
export interface RedisFence {
  /**
   * Shuts out every smaller token, and writes nothing else. Call it when a lease begins, before you read.
   * @throws StaleFencingTokenError a larger token has been here. @throws FenceBrokenError what is kept beside the key is no token.
   */
  raise(fencingToken: number): Promise<void>;
  /** Sets the key (SET), at most 16 MiB. It stays until it is set again: a time to live would go with the old value. Throws as `raise` does. */
  set(fencingToken: number, value: string | Uint8Array): Promise<void>;
  /**
   * Puts an entry at the end of the key's list (RPUSH), at most 16 MiB. Throws as `raise` does.
   * A client that repeats commands by itself when a connection breaks, as ioredis does, may append twice what has no id.
   */
  append(fencingToken: number, entry: string | Uint8Array, options?: RedisAppendOptions): Promise<RedisAppended>;
}

const VALUE_BYTES_MAX = 16 * 1024 * 1024;
const ID_LENGTH_MAX = 512;
const IDS_REMEMBERED = 1000;

const bytesOf = (field: string, contents: string | Uint8Array): Buffer => {
  const bytes = typeof contents === 'string' ? Buffer.from(contents, 'utf8') : Buffer.from(contents);
  if (bytes.length <= VALUE_BYTES_MAX) return bytes;
  throw new InvalidRequestError(`${field} has ${bytes.length} bytes, and may have ${VALUE_BYTES_MAX} at most.`);
};

const checkId = (id: string): void => {
  if (id.length >= 1 && id.length <= ID_LENGTH_MAX) return;
  throw new InvalidRequestError(`id has ${id.length} characters, and must have 1 to ${ID_LENGTH_MAX}.`);
};

/** What the keys beside a key begin with, so that a cluster puts them where the key is: it looks only at what stands in the first `{…}`. */
const besideOf = (key: string): string => {
  if (/^[^{]*\{[^}]+\}/.test(key)) return key;
  if (key !== '' && !key.includes('}')) return `{${key}}`;
  throw new InvalidRequestError(`key is ${JSON.stringify(key)}, and must not be empty, nor have a "}" without a hash tag.`);
};

/**
 * Makes the fence of a key. It keeps nothing itself, so there may be many for one key, in many processes.
 *
 * @example
 * const transcript = redisFence(redis, 'transcript:oc_1');
 * await client.withLease('oc_1', async (lease) => {
 *   await transcript.raise(lease.fencingToken);
 *   const reply = await lease.retry(({ signal }) => model.complete(prompt, { signal }));
 *   await transcript.append(lease.fencingToken, JSON.stringify(reply), { id: replyId }); // StaleFencingTokenError if somebody took over
 * });
 *
 * @throws InvalidRequestError the key cannot have others beside it
 */
export const redisFence = (redis: RedisEvaluator, key: string): RedisFence => {
  const beside = besideOf(key);
  const keys = [key, `${beside}:fencing-token`, `${beside}:append-ids`];

  const step = async (call: 'raise' | 'set' | 'append', fencingToken: number, contents: string | Buffer = '', id = ''): Promise<RedisAppended> => {
    checkToken(fencingToken);
    const answer = await redis.eval(REDIS_STEP, keys.length, ...keys, call, String(fencingToken), contents, id, String(IDS_REMEMBERED));
    const [state, found] = answer as RedisStepAnswer;
    switch (state) {
      case 'done':
      case 'repeated':
        return { length: Number(found), repeated: state === 'repeated' };
      case 'stale':
        throw refusal(fencingToken, readToken(found));
      case 'broken':
        throw new FenceBrokenError(`${keys[1]} is ${JSON.stringify(found)}, which is no fencing token.`);
    }
  };

  return {
    async raise(fencingToken) {
      await step('raise', fencingToken);
    },
    async set(fencingToken, value) {
      await step('set', fencingToken, bytesOf('value', value));
    },
    async append(fencingToken, entry, { id } = {}) {
      if (id !== undefined) checkId(id);
      return step('append', fencingToken, bytesOf('entry', entry), id);
    },
  };
};
