/**
 * What a file fence does to the data file. Every function here runs inside the exclusive step, and is synchronous for
 * that reason: no turn of the event loop lies between its beginning and its end, so the step is as short as the disk allows.
 */
import { closeSync, fchmodSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

const withFile = <Result>(path: string, flags: string, mode: number, action: (descriptor: number) => Result): Result => {
  const descriptor = openSync(path, flags, mode);
  try {
    return action(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

const writeAll = (descriptor: number, bytes: Uint8Array, position: number): void => {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(descriptor, bytes, written, bytes.length - written, position + written);
  }
};

/** Size of the file in bytes; `undefined` when there is none. */
export const sizeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.size;

/** Makes a new or a moved name in a folder survive a power cut. */
export const syncFolderOf = (path: string): void => withFile(dirname(path), 'r', 0, fsyncSync);

/**
 * Cuts off what stands behind the committed bytes, the unfinished append of a process that died, and writes `bytes` there.
 * @returns how many bytes were cut off
 */
export const appendAt = (path: string, lengthBytes: number, bytes: Uint8Array, fsync: boolean): number => {
  const created = sizeOf(path) === undefined;
  const removedBytes = withFile(path, created ? 'wx+' : 'r+', 0o666, (descriptor) => {
    const tailBytes = fstatSync(descriptor).size - lengthBytes;
    if (tailBytes > 0) ftruncateSync(descriptor, lengthBytes);
    writeAll(descriptor, bytes, lengthBytes);
    if (fsync) fsyncSync(descriptor);
    return Math.max(0, tailBytes);
  });
  if (created && fsync) syncFolderOf(path);
  return removedBytes;
};

/** Writes the next contents beside the file, with the file's own mode. They count only once the fence's record says so. */
export const stage = (stagedPath: string, path: string, bytes: Uint8Array, fsync: boolean): void => {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  rmSync(stagedPath, { force: true }); // left by a process that died before its replacement counted
  withFile(stagedPath, 'wx', 0o666, (descriptor) => {
    if (mode !== undefined) fchmodSync(descriptor, mode & 0o777);
    writeAll(descriptor, bytes, 0);
    if (fsync) fsyncSync(descriptor);
  });
};

/** Moves staged contents to their place. Does nothing when a process moved them and died before it could say so. */
export const putInPlace = (stagedPath: string, path: string, fsync: boolean): void => {
  try {
    renameSync(stagedPath, path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  if (fsync) syncFolderOf(path);
};

/** The committed bytes of the file. */
export const readCommitted = (path: string, lengthBytes: number): Uint8Array => {
  if (lengthBytes === 0) return new Uint8Array();
  return withFile(path, 'r', 0, (descriptor) => {
    const bytes = new Uint8Array(lengthBytes);
    for (let read = 0; read < lengthBytes; ) {
      const more = readSync(descriptor, bytes, read, lengthBytes - read, read);
      if (more === 0) throw new Error(`${path} became shorter while it was read`);
      read += more;
    }
    return bytes;
  });
};
