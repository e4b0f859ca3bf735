/**
 * A fence for one file that several processes write: it keeps the largest fencing token beside the data and refuses a
 * smaller one, in the same exclusive step that writes.
 *
 * Why it is built on `node:sqlite`: the step needs a lock that the kernel frees when its holder dies, and Node's core has
 * no `flock`. A lock file or folder that somebody has to declare abandoned is the very failure that fencing tokens exist
 * for: its holder may only be paused. An SQLite write transaction is such a kernel lock (`fcntl`), and it makes the token
 * and the committed length of the data durable in one atomic commit. The order within a step:
 *
 * 1. begin the transaction; wait, without blocking the event loop, while another process is inside;
 * 2. put in place a replacement that was committed by a process which died right after;
 * 3. compare the tokens, refuse the smaller one;
 * 4. append: cut off the tail of a process that died, write behind the committed bytes, fsync;
 *    replace: write the next contents beside the file, fsync;
 * 5. commit token and length: from here on it happened. A replacement is moved to its place in a second step.
 *
 * Limits. One machine and a local file system: not NFS, not SMB, no shared folder of a virtual machine. Every writer goes
 * through the fence: bytes that another program appends are taken for an unfinished append and cut off. Nothing else opens
 * `<file>.fence`, and it is never deleted or restored without the data. Hard links are not followed. A process that is
 * paused *inside* the step keeps the others out until it goes on or is killed; they get `FenceBusyError`, and nothing is
 * overwritten. A step holds the event loop for two fsyncs of a few bytes (a replacement: of its size).
 */
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type Clock, systemClock } from '../clock.ts';
import { InvalidRequestError } from '../errors.ts';
import { callOrder } from './call-order.ts';
import { FenceBusyError, FenceClosedError } from './errors.ts';
import { appendStep, type Appended, type Fenced, type FencedContents, inExclusiveStep, raiseStep, readStep, replaceStep } from './exclusive-step.ts';
import { openFenceRecord } from './fence-record.ts';
import { sizeOf, syncFolderOf } from './fenced-file.ts';
import { checkToken } from './fencing-token.ts';
import { untilFree } from './until-free.ts';

export { FenceBrokenError, FenceBusyError, FenceClosedError } from './errors.ts';
export type { Appended, FencedContents } from './exclusive-step.ts';

/** How a file fence is opened. */
export interface FileFenceOptions {
  /** Whether a write has reached the disk when its promise is fulfilled. Default true; without it a power cut may undo writes, a killed process may not. */
  readonly fsync?: boolean;
  /** How long a call waits while other processes are inside, in milliseconds. 0 to 600,000, default 5,000. */
  readonly waitMs?: number;
  /** Default: the machine's clock. Give your own only in tests. */
  readonly clock?: Clock;
}

/** One file, written by several processes under fencing tokens. Get it from {@link openFileFence}. */
export interface FileFence extends AsyncDisposable {
  /**
   * Shuts out every smaller token, and writes nothing. Call it when a lease begins, before you read: from then on no
   * earlier holder can change what you read.
   * @throws StaleFencingTokenError a larger token has been here. @throws FenceBusyError nothing happened, try again.
   */
  raise(fencingToken: number): Promise<void>;
  /**
   * Writes behind the end of the file, exactly what is given: a line needs its own line end. At most 16 MiB.
   * @throws StaleFencingTokenError a larger token has been here, nothing was written. An equal one is the same holder writing again.
   * @throws FenceBusyError nothing happened, try again. Any other error (a full disk): `read` tells whether it happened.
   */
  append(fencingToken: number, contents: string | Uint8Array): Promise<Appended>;
  /** Replaces the whole file, in one atomic step. At most 64 MiB. Throws as `append` does. */
  replace(fencingToken: number, contents: string | Uint8Array): Promise<void>;
  /** Reads what is committed, and never half of an append. */
  read(): Promise<FencedContents>;
  /** Finishes the calls under way and closes the fence's own file. Repeating it does nothing. */
  close(): Promise<void>;
}

const APPEND_BYTES_MAX = 16 * 1024 * 1024;
const REPLACE_BYTES_MAX = 64 * 1024 * 1024;
const CALLS_MAX = 1000;
const WAIT_MS_MAX = 600_000;

const checkWaitMs = (waitMs: number): void => {
  if (waitMs >= 0 && waitMs <= WAIT_MS_MAX) return;
  throw new InvalidRequestError(`waitMs is ${waitMs}, and must be from 0 to ${WAIT_MS_MAX}.`);
};

const bytesOf = (contents: string | Uint8Array, bytesMax: number): Uint8Array => {
  const bytes = typeof contents === 'string' ? Buffer.from(contents, 'utf8') : new Uint8Array(contents); // a copy: the caller may go on with its own
  if (bytes.length <= bytesMax) return bytes;
  throw new InvalidRequestError(`contents has ${bytes.length} bytes, and may have ${bytesMax} at most.`);
};

/** One name for a file, however a process got there: all its writers must meet at the same fence. */
const truePath = (path: string): string => {
  const absolute = resolve(path);
  const found = statSync(absolute, { throwIfNoEntry: false });
  if (found && !found.isFile()) throw new InvalidRequestError(`${absolute} is not a regular file.`);
  if (found) return realpathSync(absolute);
  return join(realpathSync(dirname(absolute)), basename(absolute));
};

/** Every step begins with moving a committed replacement to its place, so a step that does nothing else will do. */
const putInPlace = (): void => {};

/** A replacement is committed already when it is to be moved. If others are in the way, the first of them moves it. */
const unlessBusy = (error: unknown): void => {
  if (!(error instanceof FenceBusyError)) throw error;
};

/**
 * Opens the fence of a file, which need not exist yet; what already stands in it is kept. The fence's own file is `<file>.fence`.
 *
 * @example
 * const fence = await openFileFence('transcripts/oc_1.jsonl');
 * await client.withLease('oc_1', async (lease) => {
 *   await fence.raise(lease.fencingToken);
 *   const reply = await lease.retry(({ signal }) => model.complete(prompt, { signal }));
 *   await fence.append(lease.fencingToken, JSON.stringify(reply) + '\n'); // StaleFencingTokenError if somebody took over
 * });
 * await fence.close();
 *
 * @throws FenceBusyError other processes were in the way for `waitMs`
 * @throws InvalidRequestError an option is out of its range
 */
export const openFileFence = async (
  file: string,
  { fsync = true, waitMs = 5000, clock = systemClock }: FileFenceOptions = {},
): Promise<FileFence> => {
  checkWaitMs(waitMs);
  const path = truePath(file);
  const recordPath = `${path}.fence`;
  const created = sizeOf(recordPath) === undefined;
  const record = await untilFree(clock, waitMs, () => {
    const opened = openFenceRecord(recordPath, fsync, () => sizeOf(path) ?? 0);
    return opened && { result: opened };
  });
  if (fsync && created) syncFolderOf(recordPath);
  const fenced: Fenced = { record, path, stagedPath: `${path}.fence-next`, fsync };
  const order = callOrder(CALLS_MAX);
  let closed = false;

  const inTurn = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    if (closed) throw new FenceClosedError();
    return order.inTurn(call);
  };
  const step = <Result>(action: (fenced: Fenced) => Result): Promise<Result> => untilFree(clock, waitMs, () => inExclusiveStep(fenced, action));
  const close = async (): Promise<void> => {
    if (closed) return order.drained();
    closed = true;
    await order.drained();
    record.close();
  };

  return {
    async raise(fencingToken) {
      checkToken(fencingToken);
      await inTurn(() => step((at) => raiseStep(at, fencingToken)));
    },
    async append(fencingToken, contents) {
      checkToken(fencingToken);
      const bytes = bytesOf(contents, APPEND_BYTES_MAX);
      return inTurn(() => step((at) => appendStep(at, fencingToken, bytes)));
    },
    async replace(fencingToken, contents) {
      checkToken(fencingToken);
      const bytes = bytesOf(contents, REPLACE_BYTES_MAX);
      await inTurn(async () => {
        await step((at) => replaceStep(at, fencingToken, bytes));
        await step(putInPlace).catch(unlessBusy);
      });
    },
    read: () => inTurn(() => step(readStep)),
    close,
    [Symbol.asyncDispose]: close,
  };
};
