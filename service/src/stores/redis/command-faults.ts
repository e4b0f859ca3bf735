/** What an error of ioredis says about the command that met it: whether it surely was not carried out. Pure. */
import { StoreUnavailableError } from '../../session/errors.ts';

/** Answers that Redis gives before it changes anything. Inside a script it gives those about memory, disk and role before the script's first write, or not at all. */
const REFUSED_BEFORE: Readonly<Record<string, string>> = {
  LOADING: 'Redis is still loading its data',
  BUSY: 'Redis is busy with a script',
  OOM: 'Redis has no memory left',
  MISCONF: 'Redis cannot write to its disk',
  READONLY: 'Redis has become a replica',
  NOREPLICAS: 'Redis lacks the replicas that its settings demand',
  MASTERDOWN: 'Redis is a replica without its primary',
  NOAUTH: 'Redis wants a password',
  NOSCRIPT: 'Redis does not know the script',
  CLUSTERDOWN: 'the Redis Cluster is down',
  MOVED: 'the key lives in another node of the Redis Cluster',
  TRYAGAIN: 'the Redis Cluster is moving the key',
  UNMARKED: 'the store has been emptied and is not yet marked again',
  FOREIGN: 'another store lives in this database',
};

const NEVER_WRITTEN = "Stream isn't writeable and enableOfflineQueue options is false";

const isReply = (error: unknown): error is Error => error instanceof Error && error.name === 'ReplyError';

/** The first word of an error that Redis answered with; undefined when it is not an answer. */
export const replyCode = (error: unknown): string | undefined => (isReply(error) ? /^[A-Z]+/.exec(error.message)?.[0] : undefined);

/** What became of the command. Where an answer may have been lost, or a script failed half-way, nobody knows. */
export const outcomeAfter = (error: unknown): 'not-applied' | 'unknown' => {
  const code = replyCode(error);
  if (code !== undefined) return code in REFUSED_BEFORE ? 'not-applied' : 'unknown';
  return error instanceof Error && error.message === NEVER_WRITTEN ? 'not-applied' : 'unknown';
};

/** The error for whoever asked. What ioredis throws has the command's arguments with it, secrets and payloads included, and goes no further. */
export const unavailable = (error: unknown): StoreUnavailableError => {
  if (error instanceof StoreUnavailableError) return error;
  const code = replyCode(error);
  const outcome = outcomeAfter(error);
  const known = code === undefined ? undefined : REFUSED_BEFORE[code];
  const lost = outcome === 'unknown' ? 'Redis did not answer; the command may or may not have been carried out' : 'Redis is not connected';
  const what = code === undefined ? lost : (known ?? `Redis answered with an error (${code}); the command may or may not have been carried out`);
  return new StoreUnavailableError(`${what[0]!.toUpperCase()}${what.slice(1)}.`, outcome, new Error(error instanceof Error ? error.message : String(error)));
};
