/**
 * The session file lock of the affected gateway: a file beside the transcript that names its owner. Whoever finds the
 * owner dead removes it. It is kinder than the original, which gives up waiting after a while and calls an old lock abandoned.
 */
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export interface FileLock {
  /** Repeating it does nothing: by then the lock may be another's. */
  release(): void;
}

const LOOK_AGAIN_MS = 5;

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** The file names its owner from its first moment: one that is killed right here leaves no lock that nobody can call abandoned. */
const create = (path: string): boolean => {
  if (existsSync(path)) return false;
  const own = `${path}.${process.pid}.own`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own);
  }
};

const ownerOf = (path: string): number | undefined => {
  try {
    return Number(readFileSync(path, 'utf8')) || undefined;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
};

/** Moves the lock of a dead process out of the way, and back if another process has renewed it in the meantime. */
const removeAbandoned = (path: string): void => {
  const owner = ownerOf(path);
  if (owner === undefined || isAlive(owner)) return;
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return; // the other gateway was faster
    throw error;
  }
  if (ownerOf(aside) !== owner) linkSync(aside, path);
  rmSync(aside);
};

/** Takes the lock of a file, and waits for it as long as it takes. */
export const takeFileLock = async (file: string): Promise<FileLock> => {
  const path = `${file}.lock`;
  while (!create(path)) {
    removeAbandoned(path);
    await delay(LOOK_AGAIN_MS);
  }
  let held = true;
  return {
    release() {
      if (held) rmSync(path);
      held = false;
    },
  };
};
