/** The key file on its disk: read with suspicion, replaced as a whole. */
import { closeSync, existsSync, fchmodSync, fchownSync, fstatSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { formatKeyFile, KEY_FILE_BYTES_MAX, KeyFileError, parseKeyFile, type KeyRecord } from './access/key-file.ts';

/** Whoever may write the file could let himself in; and all but its group are kept from reading who has keys. A mounted secret is 0440 or less. */
const OPEN_TO_OTHERS = 0o027;
const OWNER_ONLY = 0o600;

const textOf = (file: string): string => {
  const opened = openSync(file, 'r');
  try {
    const { size, mode } = fstatSync(opened);
    if ((mode & OPEN_TO_OTHERS) !== 0) throw new KeyFileError([`It is open to others (mode ${(mode & 0o777).toString(8)}): chmod g-w,o= it.`]);
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

/** The new file is whose the old one was: a service that could read that one, and only it, can read this one. */
const keepOwner = (opened: number, file: string): void => {
  const { mode, uid, gid } = statSync(file);
  const made = fstatSync(opened);
  try {
    if (uid !== made.uid || gid !== made.gid) fchownSync(opened, uid, gid);
  } catch (error) {
    throw new KeyFileError([`It belongs to another user or group, and could not be given back (${(error as NodeJS.ErrnoException).code ?? String(error)}): change it as its owner.`]);
  }
  fchmodSync(opened, mode & 0o777);
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
    const isThere = existsSync(file);
    const text = formatKeyFile(change(isThere ? readKeyFile(file) : []));
    parseKeyFile(text);
    writeFileSync(opened, text);
    if (isThere) keepOwner(opened, file);
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
