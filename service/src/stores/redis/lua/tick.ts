/** The typed side of `tick.lua`: sessions of one partition, and when each is due next, by the store's clock. */
import { defineScript } from '../script.ts';
import { optionalNumber } from './reading.ts';

export const tickScript = defineScript<readonly string[], readonly (number | undefined)[]>('tick', {
  args: (names) => names,
  read: (told) => told.map(optionalNumber),
});
