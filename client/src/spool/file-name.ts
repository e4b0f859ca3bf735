/** Names of spool files: the place in the order, and what tells one reply from another. Neither shows a session's name. Pure. */
import { createHash } from 'node:crypto';

const ORDER_DIGITS = 16;
const DIGEST_CHARS = 32;
/** A file that was moved aside has a moment in its name; moved back by hand it counts again. */
const NAME = new RegExp(`^(\\d{${ORDER_DIGITS}})-([0-9a-f]{${DIGEST_CHARS}})(?:\\.\\d+)?\\.reply$`);
const UNFINISHED = /^\.[\w.-]+\.unfinished$/;

export interface SpoolFileName {
  readonly name: string;
  readonly order: number;
  readonly digest: string;
}

export const digestOf = ({ session, replyId }: { readonly session: string; readonly replyId: string }): string =>
  createHash('sha256').update(JSON.stringify([session, replyId])).digest('hex').slice(0, DIGEST_CHARS);

export const fileNameOf = (order: number, digest: string): string => `${String(order).padStart(ORDER_DIGITS, '0')}-${digest}.reply`;

/** Undefined for a file that is not the spool's. */
export const parseFileName = (name: string): SpoolFileName | undefined => {
  const [, order, digest] = NAME.exec(name) ?? [];
  return order === undefined || digest === undefined ? undefined : { name, order: Number(order), digest };
};

/** What a write uses until it is finished; the writer's mark keeps two processes apart. */
export const unfinishedNameOf = (name: string, mark: string): string => `.${name}.${mark}.unfinished`;

export const isUnfinished = (name: string): boolean => UNFINISHED.test(name);

/** The name that a file is moved aside under: an earlier one of the same name stays. */
export const asideNameOf = (name: string, wallUs: number): string => `${name.replace(/(?:\.\d+)?\.reply$/, '')}.${Math.round(wallUs)}.reply`;

/** In the order in which they were kept. */
export const inOrder = (a: SpoolFileName, b: SpoolFileName): number => a.order - b.order || (a.name < b.name ? -1 : 1);
