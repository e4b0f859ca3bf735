/**
 * The durable inbox: one file a message, written before anybody is told that it has arrived, and moved to `answered/` once it is dealt with.
 * What is pending survives every crash.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GatewayName } from '../workload/plan.ts';

export interface InboxMessage {
  readonly messageId: string;
  readonly session: string;
  /** Its place among the messages of its session, from 1. */
  readonly sequence: number;
  /** The gateway that the load balancer chose. */
  readonly gateway: GatewayName;
  /** Wall clock, in milliseconds. */
  readonly arrivedAtMs: number;
}

export interface Inbox {
  put(message: InboxMessage): void;
  /** The messages that nobody has dealt with yet, each session's in their order. */
  pending(): InboxMessage[];
  answered(): InboxMessage[];
  /** Marks a message as dealt with. Repeating it does nothing. */
  acknowledge(messageId: string): void;
}

const syncFolder = (folder: string): void => {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

const readMessage = (path: string): InboxMessage | undefined => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as InboxMessage;
  } catch (error) {
    if (isMissing(error)) return undefined; // the other gateway acknowledged it after this one had listed the folder
    throw error;
  }
};

const readFolder = (folder: string, seen: Map<string, InboxMessage>): InboxMessage[] =>
  readdirSync(folder)
    .flatMap((name) => {
      const message = seen.get(name) ?? readMessage(join(folder, name));
      if (message) seen.set(name, message); // messages never change, so each is read once
      return message ?? [];
    })
    .sort((one, other) => (one.session === other.session ? one.sequence - other.sequence : one.arrivedAtMs - other.arrivedAtMs));

/** Opens the inbox in `folder`, and creates it when it is not there. */
export const openInbox = (folder: string): Inbox => {
  const [pending, answered, arriving] = ['pending', 'answered', 'arriving'].map((name) => join(folder, name)) as [string, string, string];
  for (const each of [pending, answered, arriving]) mkdirSync(each, { recursive: true });
  const seen = new Map<string, InboxMessage>();
  return {
    put(message) {
      const name = `${message.messageId}.json`;
      writeFileSync(join(arriving, name), JSON.stringify(message), { flush: true });
      renameSync(join(arriving, name), join(pending, name));
      syncFolder(pending);
    },
    pending: () => readFolder(pending, seen),
    answered: () => readFolder(answered, seen),
    acknowledge(messageId) {
      try {
        renameSync(join(pending, `${messageId}.json`), join(answered, `${messageId}.json`));
      } catch (error) {
        if (!isMissing(error)) throw error; // it was acknowledged before
        return;
      }
      syncFolder(answered);
    },
  };
};
