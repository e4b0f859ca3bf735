/** The key file on its disk: read with suspicion, replaced as a whole. */
import { closeSync, existsSync, fstatSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { formatKeyFile, KEY_FILE_BYTES_MAX, KeyFileError, parseKeyFile, type KeyRecord } from './access/key-file.ts';

/** Group and others may read digests, which tell no key. Whoever may write the file could let himself in. */
const WRITABLE_BY_OTHERS = 0o022;
const OWNER_ONLY = 0o600;

const textOf = (file: string): string => {
  const opened = openSync(file, 'r');
  try {
    const { size, mode } = fstatSync(opened);
    if ((mode & WRITABLE_BY_OTHERS) !== 0) throw new KeyFileError([`Others than its owner may write it (mode ${(mode & 0o777).toString(8)}): chmod go-w it.`]);
    if (size > KEY_FILE_BYTES_MAX) throw new KeyFileError([`It has ${size} bytes, and may have ${KEY_FILE_BYTES_MAX}.`]);
    return readFileSync(opened, 'utf8');
  } finally {
    closeSync(opened);
  }
};

/** @throws KeyFileError with every fault, and none of what the file says */
export const readKeyFile = (file: string): readonly KeyRecord[] => {
  try {
    return parseKeyFile(textOf(file));
  } catch (error) {
    if (error instanceof KeyFileError) throw error;
    throw new KeyFileError([`It cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)}).`]);
  }
};

const syncFolder = (folder: string): void => {
  const opened = openSync(folder, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
};

/**
 * Changes the file in one step: a reader sees the old one or the new one. A file that is not there counts as one without keys.
 * @throws KeyFileError where it is no key file, or another change is under way
 */
export const changeKeyFile = (file: string, change: (keys: readonly KeyRecord[]) => readonly KeyRecord[]): void => {
  const next = `${file}.new`;
  let opened: number;
  try {
    // Nobody else can make it until it is renamed: two changes at once would lose one.
    opened = openSync(next, 'wx', OWNER_ONLY);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new KeyFileError([`Another change is under way; if none is, one was cut short: remove ${next}.`]);
    throw new KeyFileError([`Its folder cannot be written (${code ?? String(error)}).`]);
  }
  try {
    const keys = change(existsSync(file) ? readKeyFile(file) : []);
    const text = formatKeyFile(keys);
    parseKeyFile(text);
    writeSync(opened, text);
    fsyncSync(opened);
    renameSync(next, file);
    syncFolder(dirname(file));
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  } finally {
    closeSync(opened);
  }
};
