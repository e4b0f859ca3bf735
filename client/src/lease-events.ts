/** What an event means for the leases of this client. Pure. */
import type { Holding } from './holding.ts';
import type { ServerSentEvent } from './server-sent-events.ts';

/** `ask`: a renewal brings the details. `verify`: the lease may be over, so even one that its owner renews has to be asked for. */
export type Meaning = { readonly kind: 'none' } | { readonly kind: 'ask' | 'verify'; readonly holding: Holding } | { readonly kind: 'gap' };

const NONE: Meaning = { kind: 'none' };

const parse = (text: string): { readonly session?: unknown; readonly fencingToken?: unknown } => {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    // An event of some later version; heartbeats bring what it may have said.
    return {};
  }
};

export const meaningOf = ({ event, data }: ServerSentEvent, find: (session: string) => Holding | undefined): Meaning => {
  if (event === 'reset') return { kind: 'gap' };
  if (event !== 'waiting' && event !== 'left' && event !== 'yield-asked' && event !== 'ended') return NONE;
  const { session, fencingToken } = parse(data);
  const holding = typeof session === 'string' ? find(session) : undefined;
  // Events of the lease before or after ours say nothing about ours.
  if (!holding || holding.facts.fencingToken !== fencingToken) return NONE;
  return { kind: event === 'ended' ? 'verify' : 'ask', holding };
};
