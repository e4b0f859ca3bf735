/** Reads single values of what scripts tell: integers come as numbers from a reply and as texts from a message, an absent value as null or false. */
import type { Told } from '../script.ts';

export const isAbsent = (value: unknown): boolean => value === null || value === undefined || value === false;

export const number = (value: unknown): number => Number(value);

export const text = (value: unknown): string => value as string;

export const flag = (value: unknown): boolean => !isAbsent(value) && Number(value) !== 0;

export const optionalNumber = (value: unknown): number | undefined => (isAbsent(value) ? undefined : Number(value));

export const optionalText = (value: unknown): string | undefined => (isAbsent(value) ? undefined : (value as string));

/** A list that may be empty; an empty one is an object where it went through cjson. */
export const list = (value: unknown): Told => (Array.isArray(value) ? value : []);
