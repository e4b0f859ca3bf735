/** The spool's folder on a disk. What it has answered for survives a power cut. It decides nothing, and throws what the disk says. */
import { mkdir, open, readdir, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

export interface SpoolFile {
  readonly name: string;
  readonly bytes: number;
}

/** What the spool asks of a disk. */
export interface SpoolDisk {
  /** Makes the folder, for its owner's eyes only, if it is not there. */
  prepare(): Promise<void>;
  /** What stands in the folder, in no order; nothing where there is no folder. */
  names(): Promise<readonly string[]>;
  /** The same, with sizes. */
  files(): Promise<readonly SpoolFile[]>;
  filesAside(): Promise<readonly SpoolFile[]>;
  /** Puts a whole file in its place, or none. `unfinished` is what it is called until then. */
  write(name: string, unfinished: string, contents: string): Promise<void>;
  /** What others have put in place may not be there after a power cut until this is done. */
  sync(): Promise<void>;
  /** Undefined where there is no such file. */
  read(name: string): Promise<string | undefined>;
  remove(name: string): Promise<void>;
  /** Moves a file aside, and writes beside it why. False where it had gone. */
  setAside(name: string, asideName: string, why: string): Promise<boolean>;
  /** When the file was last written to, in milliseconds since 1970; undefined where it has gone. */
  writtenAtMs(name: string): Promise<number | undefined>;
}

type Sizes = Map<string, number>;

const ASIDE = 'refused';
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** Several processes use one folder: what another one has taken away meanwhile is simply not there. */
const unlessMissing = async <R, Other>(step: Promise<R>, other: Other): Promise<R | Other> => {
  try {
    return await step;
  } catch (error) {
    if (isMissing(error)) return other;
    throw error;
  }
};

const syncFolder = async (folder: string): Promise<void> => {
  await using handle = await open(folder, 'r');
  await handle.sync();
};

const makeFolder = async (folder: string): Promise<void> => {
  const first = await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  if (first === undefined) return;
  // Each new folder has to be found again from the one above it.
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
};

export class FolderDisk implements SpoolDisk {
  readonly #folder: string;
  readonly #asideFolder: string;
  /** Files do not change in place, so that their sizes need not be asked for again each time that a reply is kept. */
  readonly #sizes: Sizes = new Map();
  readonly #sizesAside: Sizes = new Map();

  constructor(folder: string) {
    this.#folder = resolve(folder);
    this.#asideFolder = join(this.#folder, ASIDE);
  }

  async prepare(): Promise<void> {
    await makeFolder(this.#folder);
  }

  names(): Promise<readonly string[]> {
    return namesIn(this.#folder);
  }

  files(): Promise<readonly SpoolFile[]> {
    return filesIn(this.#folder, this.#sizes);
  }

  filesAside(): Promise<readonly SpoolFile[]> {
    return filesIn(this.#asideFolder, this.#sizesAside);
  }

  async write(name: string, unfinished: string, contents: string): Promise<void> {
    const path = join(this.#folder, unfinished);
    try {
      await writeWhole(path, contents);
      this.#sizes.delete(name);
      await rename(path, join(this.#folder, name));
    } catch (error) {
      // The disk is in trouble already; what is left over is cleaned away later.
      await unlink(path).catch(() => {});
      throw error;
    }
    await syncFolder(this.#folder);
  }

  async sync(): Promise<void> {
    await syncFolder(this.#folder);
  }

  read(name: string): Promise<string | undefined> {
    return unlessMissing(readFile(join(this.#folder, name), 'utf8'), undefined);
  }

  /** Without a sync: a file that comes back after a power cut is parked again, which changes nothing. */
  async remove(name: string): Promise<void> {
    await unlessMissing(unlink(join(this.#folder, name)), undefined);
  }

  async setAside(name: string, asideName: string, why: string): Promise<boolean> {
    await makeFolder(this.#asideFolder);
    const aside = join(this.#asideFolder, asideName);
    if (!(await unlessMissing(rename(join(this.#folder, name), aside).then(() => true), false))) return false;
    await syncFolder(this.#asideFolder);
    await syncFolder(this.#folder);
    await writeFile(`${aside}.why.txt`, `${why}\n`, { mode: FILE_MODE });
    return true;
  }

  async writtenAtMs(name: string): Promise<number | undefined> {
    return (await unlessMissing(stat(join(this.#folder, name)), undefined))?.mtimeMs;
  }
}

const writeWhole = async (path: string, contents: string): Promise<void> => {
  await using handle = await open(path, 'wx', FILE_MODE);
  await handle.writeFile(contents);
  await handle.sync();
};

const namesIn = (folder: string): Promise<readonly string[]> => unlessMissing(readdir(folder), []);

/** @param sizes what is known of them; brought up to date */
const filesIn = async (folder: string, sizes: Sizes): Promise<readonly SpoolFile[]> => {
  const names = new Set(await namesIn(folder));
  for (const name of sizes.keys()) if (!names.has(name)) sizes.delete(name);
  const measure = async (name: string): Promise<void> => {
    const found = await unlessMissing(stat(join(folder, name)), undefined);
    if (found) sizes.set(name, found.size);
  };
  await Promise.all([...names].filter((name) => !sizes.has(name)).map(measure));
  return [...sizes].map(([name, bytes]) => ({ name, bytes }));
};
