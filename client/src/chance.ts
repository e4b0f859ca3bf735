/** Randomness, as the client needs it: secrets for lease ids, fractions for jitter. */
import { randomBytes, randomInt } from 'node:crypto';

/** Gives `size` bytes that nobody can guess. */
export type RandomBytes = (size: number) => Uint8Array;
/** Gives a number from 0 up to, not including, 1. */
export type RandomFraction = () => number;

const STEPS = 2 ** 32;

export const systemRandomBytes: RandomBytes = (size) => randomBytes(size);
export const systemRandom: RandomFraction = () => randomInt(STEPS) / STEPS;
