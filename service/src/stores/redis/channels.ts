/** What instances tell each other over Redis: wakes to the one that has the connection, events to all. A message may be lost; nothing depends on one. */
import type { SessionEvent, Wake } from '../../session/commands.ts';
import type { SessionName } from '../../session/store.ts';
import type { FencingToken } from '../../session/types.ts';
import { list, number, optionalText, text } from './lua/reading.ts';
import { readWake } from './lua/read-outcome.ts';
import { nameOfText } from './partitions.ts';

export const wakesChannel = (storeId: string, instanceId: string): string => `hf:${storeId}:wake:${instanceId}`;

export const eventsChannel = (storeId: string): string => `hf:${storeId}:events`;

/** A message of a wakes channel. */
export const wakeOfMessage = (message: string): Wake => readWake(JSON.parse(message));

export interface ToldEvents {
  readonly name: SessionName;
  readonly events: readonly SessionEvent[];
  /** Whose command it was. */
  readonly instanceId: string;
}

/** A message of the events channel: what one command has brought about in one session. */
export const eventsOfMessage = (message: string): ToldEvents => {
  const [name, events, instanceId] = list(JSON.parse(message));
  return { name: nameOfText(text(name)), events: list(events).map(readEvent), instanceId: text(instanceId) };
};

const readEvent = (told: unknown): SessionEvent => {
  const [type, holder, fencingToken, endedBecause, replyId, state, spanMs] = list(told);
  const [because, reply] = [optionalText(endedBecause), optionalText(replyId)];
  return {
    type,
    holder,
    fencingToken: number(fencingToken) as FencingToken,
    ...(type === 'granted' && { waitedMs: number(spanMs) }),
    ...(because !== undefined && { endedBecause: because, heldForMs: number(spanMs) }),
    ...(reply !== undefined && { replyId: reply, state }),
  } as SessionEvent;
};
