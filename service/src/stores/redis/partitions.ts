/** Which partition a session is in, and what its keys are called. The layout is stored: none of this may ever change. */
import { crc32 } from 'node:zlib';
import type { SessionName } from '../../session/store.ts';
import type { Namespace, SessionKey } from '../../session/types.ts';

export const PARTITIONS = 64;

/** A session's name as scripts know it. Neither part can contain the separator, so no two names are alike. */
export const nameText = ({ namespace, key }: SessionName): string => `${namespace}\0${key}`;

export const nameOfText = (text: string): SessionName => {
  const split = text.indexOf('\0');
  return { namespace: text.slice(0, split) as Namespace, key: text.slice(split + 1) as SessionKey };
};

/** The partition of a session, by its name: 0 to 63. */
export const partitionOf = (name: string): number => crc32(name) % PARTITIONS;

/** What scripts are given of a partition. Its tag, in braces, puts all keys of the partition into one slot of a cluster. */
export const metaKey = (partition: number): string => `hf:{${partition}}:meta`;

export const ALL_PARTITIONS: readonly number[] = Array.from({ length: PARTITIONS }, (_, partition) => partition);
