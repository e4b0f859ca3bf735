/** The exclusive step of a file fence, and what can be done in it, one function each. */
import { StaleFencingTokenError } from '../errors.ts';
import { FenceBrokenError } from './errors.ts';
import type { FenceRecord, FenceRecordFile } from './fence-record.ts';
import { appendAt, putInPlace, readCommitted, sizeOf, stage } from './fenced-file.ts';

/** What a step works on. */
export interface Fenced {
  readonly record: FenceRecordFile;
  /** The data file. */
  readonly path: string;
  /** Where a replacement is written before it is moved to its place. */
  readonly stagedPath: string;
  readonly fsync: boolean;
}

/** What one append did. */
export interface Appended {
  /** Size of the file afterwards, in bytes. */
  readonly lengthBytes: number;
  /** Bytes of an unfinished append that were cut off first: of a process that died in the middle of it. */
  readonly removedBytes: number;
}

/** The committed contents, and the fencing token they stand under. */
export interface FencedContents {
  readonly bytes: Uint8Array;
  /** The largest fencing token so far; 0 before the first. */
  readonly fencingToken: number;
}

const broken = (path: string, lengthBytes: number, foundBytes: number | undefined): FenceBrokenError =>
  new FenceBrokenError(
    `${path} ${foundBytes === undefined ? 'is missing' : `has ${foundBytes} bytes`}, but ${lengthBytes} are committed: it was changed past its fence.`,
  );

/**
 * Moves a committed replacement to its place, where the process that committed it died before it could.
 * @returns whether there was one; the step must then be committed before anything else is done in it
 */
const finishReplacement = ({ record, path, stagedPath, fsync }: Fenced): boolean => {
  const found = record.read();
  if (!found.replacing) return false;
  putInPlace(stagedPath, path, fsync);
  const size = sizeOf(path);
  if (size !== found.lengthBytes) throw broken(path, found.lengthBytes, size);
  record.write({ ...found, replacing: false });
  return true;
};

/**
 * Runs `action` in one exclusive step: all of it happens, or nothing of it counts.
 * @returns what `action` returned, in an object; `undefined` while another process is inside
 */
export const inExclusiveStep = <Result>(fenced: Fenced, action: (fenced: Fenced) => Result): { readonly result: Result } | undefined => {
  const { record } = fenced;
  if (!record.begin()) return undefined;
  try {
    if (!finishReplacement(fenced)) {
      const result = action(fenced);
      record.commit();
      return { result };
    }
    record.commit();
  } finally {
    record.rollback();
  }
  return inExclusiveStep(fenced, action);
};

/** What the fence remembers, with the file found to agree: it may be longer than what is committed, but never shorter. */
const settled = ({ record, path }: Fenced): FenceRecord => {
  const found = record.read();
  const size = sizeOf(path);
  if ((size ?? 0) < found.lengthBytes) throw broken(path, found.lengthBytes, size);
  return found;
};

const refuseStale = (fencingToken: number, currentToken: number): void => {
  if (fencingToken < currentToken) throw new StaleFencingTokenError({ fencingToken, verdict: 'superseded', currentToken }, { outcome: 'not-applied' });
};

/** Raises the fence's token without writing to the file. */
export const raiseStep = (fenced: Fenced, fencingToken: number): void => {
  const found = settled(fenced);
  refuseStale(fencingToken, found.fencingToken);
  if (fencingToken > found.fencingToken) fenced.record.write({ ...found, fencingToken });
};

/** Writes behind the committed bytes. */
export const appendStep = (fenced: Fenced, fencingToken: number, bytes: Uint8Array): Appended => {
  const found = settled(fenced);
  refuseStale(fencingToken, found.fencingToken);
  const removedBytes = appendAt(fenced.path, found.lengthBytes, bytes, fenced.fsync);
  const lengthBytes = found.lengthBytes + bytes.length;
  fenced.record.write({ fencingToken, lengthBytes, replacing: false });
  return { lengthBytes, removedBytes };
};

/** Stages the next contents. They count as soon as this step is committed; the next step moves them to their place. */
export const replaceStep = (fenced: Fenced, fencingToken: number, bytes: Uint8Array): void => {
  const found = settled(fenced);
  refuseStale(fencingToken, found.fencingToken);
  stage(fenced.stagedPath, fenced.path, bytes, fenced.fsync);
  fenced.record.write({ fencingToken, lengthBytes: bytes.length, replacing: true });
};

/** Reads what is committed. */
export const readStep = (fenced: Fenced): FencedContents => {
  const { fencingToken, lengthBytes } = settled(fenced);
  return { bytes: readCommitted(fenced.path, lengthBytes), fencingToken };
};
