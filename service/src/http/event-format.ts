/** How events look on the wire (server-sent events, WHATWG HTML section 9.2). */
import type { LoggedEvent } from '../session/event-log.ts';
import { EVENT_RETRY_MS } from './limits.ts';

export const eventText = ({ id, session, event }: LoggedEvent): string => {
  const { type, ...members } = event;
  return `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify({ session, ...members })}\n\n`;
};

/** The start of each stream: how long to stay away after a break, and an id to come back with before anything has happened. */
export const openingText = (lastId: string): string => `retry: ${EVENT_RETRY_MS}\nid: ${lastId}\n\n`;

/** Tells a reader that events were missed: it has to look for itself. */
export const resetText = (lastId: string): string => `id: ${lastId}\nevent: reset\ndata: {}\n\n`;

export const KEEP_ALIVE_TEXT = ': still here\n\n';
