/** A commit that changes nothing: what a test adds to. */
import type { Changes } from '../../../../service/src/stores/embedded/database.ts';

export const NO_CHANGES: Changes = {
  floor: 0,
  sessions: [],
  ended: [],
  endedForgotten: [],
  sessionsForgotten: [],
  replies: [],
  repliesForgotten: [],
  payloads: [],
  payloadsDropped: [],
};
