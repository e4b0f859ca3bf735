/** The typed side of `mark.lua`: a partition's marker. */
import type { FencingToken } from '../../../session/types.ts';
import { defineScript } from '../script.ts';
import { flag, number, text } from './reading.ts';

export interface Mark {
  /** The largest fencing token that the caller remembers. */
  readonly floor: FencingToken;
  /** For how long, from now, nothing may be granted; 0 sets no limit. */
  readonly noGrantsForMs: number;
}

export interface Marked {
  /** Another than the caller's where another was first. */
  readonly storeId: string;
  readonly wasUnmarked: boolean;
  /** By the store's clock. */
  readonly noGrantsBeforeMs: number;
}

export const markScript = defineScript<Mark, Marked>('mark', {
  args: ({ floor, noGrantsForMs }) => [floor, noGrantsForMs],
  read: ([storeId, wasUnmarked, noGrantsBefore]) => ({ storeId: text(storeId), wasUnmarked: flag(wasUnmarked), noGrantsBeforeMs: number(noGrantsBefore) }),
});
